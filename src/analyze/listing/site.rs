//! Sites: a Russian tax number is the company's, the code beside it (KPP) that of one of its sites.
//!
//! A plant and its head office have one tax number. Where a list states the code of the site that it means and a record states another,
//! the match is the same company at another site, and the listing does not pass.

use crate::model::listed_entity::ListedEntity;
use crate::names::identifiers::{Identifier, IdentifierKind, find_identifiers};

/// The tax numbers of a party and the codes of its site.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Site {
    inns: Vec<String>,
    kpps: Vec<String>,
}

impl Site {
    /// Returns what the records state of a party, in the column of its identifier or in its name.
    pub fn of_party(name: &str, registration_id: &str) -> Self {
        let found: Vec<Identifier> =
            [registration_id, name].into_iter().flat_map(find_identifiers).map(|found| found.identifier).collect();
        Site::of(&found)
    }

    pub fn of(identifiers: &[Identifier]) -> Self {
        let of_kind = |kind: IdentifierKind| -> Vec<String> {
            identifiers.iter().filter(|one| one.kind == kind).map(|one| one.text.clone()).collect()
        };
        Site { inns: of_kind(IdentifierKind::Inn), kpps: of_kind(IdentifierKind::Kpp) }
    }

    /// Returns the codes of both sites, where the tax number is the same and the sites are not.
    pub fn other_site(&self, entity: &ListedEntity) -> Option<(String, String)> {
        if self.kpps.is_empty() {
            return None;
        }
        let listed = Site::of(&entity.identifiers);
        let (own, theirs) = (self.kpps.first()?, listed.kpps.first()?);
        let is_same_company = self.inns.iter().any(|inn| listed.inns.contains(inn));
        let is_same_site = self.kpps.iter().any(|kpp| listed.kpps.contains(kpp));
        (is_same_company && !is_same_site).then(|| (own.clone(), theirs.clone()))
    }
}
