//! Declarations in which nothing is to resolve, told at a glance: most are, and to look at all their texts takes longer than to read them.
//!
//! In: a few numbers of each record of a declaration. Out: whether resolving could take any of them out, or find anything to say of them.

/// What a glance at a record sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Glance {
    pub resolve_key: i64,
    /// One half of it: where two records differ, so does it, but for chance.
    pub content_key: i64,
    pub declaration_key: i64,
    /// How many lines the declaration states to have; 0 where it does not say.
    pub stated_lines: usize,
    /// Whether the record amends or deletes another.
    pub is_changed: bool,
}

impl Glance {
    /// Returns what a glance sees of a record with these texts.
    pub fn new(resolve_key: i64, content_key: i64, declaration_key: i64, stated_line_count: &str, status: &str) -> Self {
        let stated_lines = stated_line_count.parse().unwrap_or(0);
        Glance { resolve_key, content_key, declaration_key, stated_lines, is_changed: matches!(status, "amended" | "deleted") }
    }
}

/// Tells whether [`super::resolve`] has nothing to do with the records of one `resolve_key`, which are sorted.
///
/// Records of two vendors or without a declaration, and two that share a key by chance, have different declaration keys.
pub fn is_settled(group: &[Glance]) -> bool {
    let is_alike =
        |left: &Glance, right: &Glance| left.declaration_key == right.declaration_key && left.content_key != right.content_key;
    group.iter().all(|record| !record.is_changed && record.stated_lines <= group.len())
        && group.windows(2).all(|pair| is_alike(&pair[0], &pair[1]))
}

#[cfg(test)]
mod tests {
    use super::super::{ResolvedRecord, resolve};
    use super::*;
    use std::collections::BTreeMap;

    /// Resolves all groups of up to three records that differ in what matters, and holds the glance against it.
    #[test]
    fn what_is_settled_needs_no_resolving() {
        let mut records = Vec::new();
        for vendor in ["a", "b"] {
            for declaration in ["D1", "D2", ""] {
                for content in [1, 2] {
                    for (line, stated, status) in [
                        ("1", "", ""),
                        ("1", "2", "new"),
                        ("2", "3", ""),
                        ("2", "", "amended"),
                        ("", "", "deleted"),
                        ("", "x", ""),
                    ] {
                        records.push(ResolvedRecord {
                            resolve_key: 1,
                            declaration_key: i64::from(vendor == "a") * 10 + i64::from(declaration == "D2"),
                            content_key: (content, content),
                            vendor,
                            reporter: "RU",
                            declaration,
                            line_number: line,
                            stated_line_count: stated,
                            status,
                            ..ResolvedRecord::default()
                        });
                    }
                }
            }
        }
        let precedence = BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]);
        let (mut n_settled, mut n_unsettled) = (0, 0);
        let mut look = |group: Vec<ResolvedRecord<'_>>| {
            let glance = |record: &ResolvedRecord<'_>| {
                let (content, declaration) = (record.content_key.0, record.declaration_key);
                Glance::new(record.resolve_key, content, declaration, record.stated_line_count, record.status)
            };
            let mut glances: Vec<Glance> = group.iter().map(glance).collect();
            glances.sort_unstable();
            let shown = format!("{group:?}");
            let has_nothing = resolve(group, &precedence)
                .is_ok_and(|overlay| overlay.removed.is_empty() && overlay.restatements.is_empty() && overlay.issues.is_empty());
            if is_settled(&glances) {
                assert!(has_nothing, "{shown}");
                n_settled += 1;
            } else {
                n_unsettled += usize::from(!has_nothing);
            }
        };
        // A record without a declaration is one of its own.
        let with_key = |record: &ResolvedRecord<'static>, key: i64| {
            let declaration_key = if record.declaration.is_empty() { 1000 + key } else { record.declaration_key };
            ResolvedRecord { record_key: key, source_line: key, declaration_key, ..record.clone() }
        };
        for first in &records {
            look(vec![with_key(first, 1)]);
            for second in &records {
                look(vec![with_key(first, 1), with_key(second, 2)]);
                for third in records.iter().step_by(5) {
                    look(vec![with_key(first, 1), with_key(second, 2), with_key(third, 3)]);
                }
            }
        }
        assert!(n_settled > 50 && n_unsettled > 10_000, "{n_settled} settled, {n_unsettled} not");
    }
}
