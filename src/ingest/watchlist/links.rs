//! Ties that a list states by name: the entry that bears the name, where there is one and only one.

use crate::model::listed_entity::{Link, ListedEntity, NameKind};
use std::collections::HashMap;

/// Gives each link the entry that its name is of. A weak alias names nobody for certain, and a name of two entries neither.
pub(super) fn resolve(links: &mut [Link], entities: &[ListedEntity]) {
    let mut ids: HashMap<String, Option<&str>> = HashMap::new();
    for entity in entities {
        for name in entity.names.iter().filter(|name| name.kind != NameKind::WeakAlias) {
            let id = entity.entity_id.as_str();
            let known = ids.entry(fold(&name.name)).or_insert(Some(id));
            if *known != Some(id) {
                *known = None;
            }
        }
    }
    for link in links {
        let id = ids.get(&fold(&link.to_name)).copied().flatten();
        link.to_id = id.filter(|id| *id != link.from_id).map(str::to_owned);
    }
}

/// Returns the letters and digits of a name in capitals.
fn fold(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_to_the_one_entry_that_bears_it() {
        let entity = |id: &str, names: &[(&str, NameKind)]| {
            let mut entity = ListedEntity { entity_id: id.to_owned(), ..ListedEntity::default() };
            names.iter().for_each(|(name, kind)| entity.add_name(name, *kind));
            entity
        };
        let entities = [
            entity("1", &[("ROSTEC", NameKind::Primary), ("STAR", NameKind::WeakAlias)]),
            entity("2", &[("NORTH", NameKind::Primary), ("POLAR", NameKind::StrongAlias)]),
            entity("3", &[("POLAR", NameKind::Primary)]),
        ];
        let link = |to_name: &str| Link {
            from_id: "2".to_owned(),
            kind: "linked to".to_owned(),
            to_name: to_name.to_owned(),
            to_id: None,
            source: String::new(),
        };
        let mut links = ["Rostec", "STAR", "POLAR", "NORTH", "NOBODY"].map(link);
        resolve(&mut links, &entities);
        let ids: Vec<Option<&str>> = links.iter().map(|link| link.to_id.as_deref()).collect();
        assert_eq!(ids, [Some("1"), None, None, None, None]);
    }
}
