//! Names of persons in speaking order, for lists that write `SURNAME, Given`.

use crate::model::listed_entity::{ListedEntity, NameKind};

/// Adds `Given Surname` for each `SURNAME, Given`, in the kind of the name it comes from.
pub(super) fn add_names_in_speaking_order(entity: &mut ListedEntity) {
    for listed in entity.names.clone() {
        let parts: Vec<&str> = listed.name.split(", ").collect();
        if let [surname, given, rest @ ..] = parts.as_slice() {
            let name = [&[*given, *surname], rest].concat().join(" ");
            let kind = if listed.kind == NameKind::Primary { NameKind::StrongAlias } else { listed.kind };
            entity.add_name(&name, kind);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::listed_entity::EntityKind;

    #[test]
    fn persons_get_their_name_in_speaking_order() {
        let mut entity = ListedEntity { kind: EntityKind::Person, ..ListedEntity::default() };
        entity.add_name("DELOS REYES, Feliciano Semborio, Jr.", NameKind::Primary);
        entity.add_name("ABU MUJAHID", NameKind::WeakAlias);
        add_names_in_speaking_order(&mut entity);
        let names: Vec<(&str, NameKind)> = entity.names.iter().map(|name| (name.name.as_str(), name.kind)).collect();
        assert_eq!(
            names,
            [
                ("DELOS REYES, Feliciano Semborio, Jr.", NameKind::Primary),
                ("ABU MUJAHID", NameKind::WeakAlias),
                ("Feliciano Semborio DELOS REYES Jr.", NameKind::StrongAlias),
            ]
        );
    }
}
