//! The roles that a party can have on a record, and the columns that each role fills.

use serde::{Deserialize, Serialize};

/// A role on a record. `shipper` and `consignee` are as declared; a principal is the party by whose order they act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Shipper,
    ShipperPrincipal,
    Consignee,
    ConsigneePrincipal,
    NotifyParty,
    ContractHolder,
    Exporter,
    Importer,
    Declarant,
    Broker,
}

impl Role {
    pub const ALL: [Role; 10] = [
        Role::Shipper,
        Role::ShipperPrincipal,
        Role::Consignee,
        Role::ConsigneePrincipal,
        Role::NotifyParty,
        Role::ContractHolder,
        Role::Exporter,
        Role::Importer,
        Role::Declarant,
        Role::Broker,
    ];

    /// Returns the first part of the role's column names.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Shipper => "shipper",
            Role::ShipperPrincipal => "shipper_principal",
            Role::Consignee => "consignee",
            Role::ConsigneePrincipal => "consignee_principal",
            Role::NotifyParty => "notify_party",
            Role::ContractHolder => "contract_holder",
            Role::Exporter => "exporter",
            Role::Importer => "importer",
            Role::Declarant => "declarant",
            Role::Broker => "broker",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Role::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Returns the role that the principal named in this role's text has, where it is a role of its own.
    pub fn principal(self) -> Option<Role> {
        match self {
            Role::Shipper | Role::Exporter => Some(Role::ShipperPrincipal),
            Role::Consignee | Role::Importer => Some(Role::ConsigneePrincipal),
            _ => None,
        }
    }

    /// Tells on which side of the movement the role stands: the spellings of one side belong together.
    pub fn is_sending(self) -> bool {
        matches!(self, Role::Shipper | Role::ShipperPrincipal | Role::Exporter)
    }

    pub fn kind_column(self) -> String {
        format!("{}_kind", self.as_str())
    }

    pub fn key_column(self) -> String {
        format!("{}_key", self.as_str())
    }
}

/// Some roles, in their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Roles(u16);

impl Roles {
    pub fn add(&mut self, role: Role) {
        self.0 |= 1 << role as u16;
    }

    pub fn contains(self, role: Role) -> bool {
        self.0 & (1 << role as u16) != 0
    }

    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.contains(*role))
    }

    /// Returns their names, joined by `;`.
    pub fn text(self) -> String {
        self.iter().map(Role::as_str).collect::<Vec<_>>().join(";")
    }

    /// Returns the roles whose names a text joins.
    pub fn parse(text: &str) -> Self {
        text.split(';').filter_map(Role::parse).collect()
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        let mut set = Roles::default();
        roles.into_iter().for_each(|role| set.add(role));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_as_they_are_written() {
        for text in ["", "shipper", "consignee;broker", "shipper;shipper_principal;importer"] {
            assert_eq!(Roles::parse(text).text(), text);
        }
        let roles = Roles::parse("broker;consignee;nobody");
        assert_eq!(roles.text(), "consignee;broker");
        assert!(roles.contains(Role::Broker) && !roles.contains(Role::Shipper));
    }
}
