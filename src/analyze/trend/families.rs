//! Many tests at once: p-values become q-values of the family that they were made in.
//!
//! In: p-values. Out: adjusted ones, in the order of the input. A p-value that does not exist is no member of the family.

/// How a family is adjusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Adjustment {
    /// Benjamini and Hochberg: the share of false alarms among alarms.
    #[default]
    Bh,
    /// Benjamini and Yekutieli: the same whatever the dependence between tests.
    By,
    /// Holm: the chance of any false alarm.
    Holm,
    /// Bonferroni: the same, coarser.
    Bonferroni,
    None,
}

impl Adjustment {
    pub const ALL: [Adjustment; 5] = [Adjustment::Bh, Adjustment::By, Adjustment::Holm, Adjustment::Bonferroni, Adjustment::None];

    pub fn as_str(self) -> &'static str {
        match self {
            Adjustment::Bh => "bh",
            Adjustment::By => "by",
            Adjustment::Holm => "holm",
            Adjustment::Bonferroni => "bonferroni",
            Adjustment::None => "none",
        }
    }
}

/// Returns adjusted p-values; what is no number stays none.
pub fn adjust(p_values: &[f64], adjustment: Adjustment) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).filter(|at| !p_values[*at].is_nan()).collect();
    order.sort_by(|left, right| p_values[*left].total_cmp(&p_values[*right]).then(left.cmp(right)));
    let m = order.len() as f64;
    let harmonic: f64 = (1..=order.len()).map(|rank| 1.0 / rank as f64).sum();
    let scaled = |rank: usize| {
        let p = p_values[order[rank]];
        match adjustment {
            Adjustment::Bh => m / (rank + 1) as f64 * p,
            Adjustment::By => m * harmonic / (rank + 1) as f64 * p,
            Adjustment::Holm => (m - rank as f64) * p,
            Adjustment::Bonferroni => m * p,
            Adjustment::None => p,
        }
    };
    let mut adjusted = vec![f64::NAN; p_values.len()];
    let ranks = 0..order.len();
    let is_stepwise_up = matches!(adjustment, Adjustment::Bh | Adjustment::By);
    let ranks: Vec<usize> = if is_stepwise_up { ranks.rev().collect() } else { ranks.collect() };
    let mut running: Option<f64> = None;
    for rank in ranks {
        let own = scaled(rank).min(1.0);
        let kept = match (adjustment, running) {
            (Adjustment::Bh | Adjustment::By, Some(above)) => own.min(above),
            (Adjustment::Holm, Some(below)) => own.max(below),
            _ => own,
        };
        running = Some(kept);
        adjusted[order[rank]] = kept;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_p_is_no_member() {
        let adjusted = adjust(&[0.01, f64::NAN, 0.04, 0.03], Adjustment::Bh);
        assert!(adjusted[1].is_nan());
        assert_eq!([adjusted[0], adjusted[2], adjusted[3]], [0.03, 0.04, 0.04]);
        assert_eq!(adjust(&[], Adjustment::Holm), Vec::<f64>::new());
    }
}
