//! What other systems note down beside a person, an organisation or a ticket: short texts by short
//! names. The desk keeps and shows them and reads nothing out of them.

use std::collections::BTreeMap;

/// Notes of other systems: name → text.
pub type Metadata = BTreeMap<String, String>;

/// So many notes.
pub const KEYS_AT_MOST: usize = 20;
/// The longest name, in characters.
pub const KEY_AT_MOST: usize = 40;
/// The longest text, in characters.
pub const VALUE_AT_MOST: usize = 500;

/// Why notes cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// There are too many.
    #[error("at most {KEYS_AT_MOST} notes; remove one first, by null")]
    TooMany,
    /// A name is empty, too long or holds something that is no letter.
    #[error("a name has 1 to {KEY_AT_MOST} characters, none of them a control character")]
    Key {
        /// Which.
        key: String,
    },
    /// A text is too long.
    #[error("a text has at most {VALUE_AT_MOST} characters, and no NUL")]
    Value {
        /// Under which name.
        key: String,
    },
}

/// Notes as they are after an edit: a text is set, none removes what stood there.
pub fn edited(
    before: &Metadata,
    given: &BTreeMap<String, Option<String>>,
) -> Result<Metadata, Unfit> {
    let mut after = before.clone();
    for (key, value) in given {
        let fits = (1..=KEY_AT_MOST).contains(&key.chars().count());
        if !fits || key.chars().any(char::is_control) {
            return Err(Unfit::Key { key: key.clone() });
        }
        match value {
            None => after.remove(key),
            Some(value) if value.chars().count() > VALUE_AT_MOST || value.contains('\0') => {
                return Err(Unfit::Value { key: key.clone() });
            }
            Some(value) => after.insert(key.clone(), value.clone()),
        };
    }
    if after.len() > KEYS_AT_MOST {
        return Err(Unfit::TooMany);
    }
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(pairs: &[(&str, Option<&str>)]) -> BTreeMap<String, Option<String>> {
        pairs.iter().map(|(key, value)| ((*key).into(), value.map(str::to_owned))).collect()
    }

    #[test]
    fn notes_are_set_removed_and_bounded() {
        let before = Metadata::from([("a".into(), "1".into()), ("b".into(), "2".into())]);
        let after = edited(&before, &given(&[("a", None), ("c", Some("3"))])).unwrap();
        assert_eq!(after, Metadata::from([("b".into(), "2".into()), ("c".into(), "3".into())]));
        let long = |n: usize| "é".repeat(n);
        let rows = [
            (long(40), long(500), None),
            (long(41), "x".into(), Some(Unfit::Key { key: long(41) })),
            (String::new(), "x".into(), Some(Unfit::Key { key: String::new() })),
            ("a\nb".into(), "x".into(), Some(Unfit::Key { key: "a\nb".into() })),
            ("k".into(), long(501), Some(Unfit::Value { key: "k".into() })),
            ("k".into(), "a\0".into(), Some(Unfit::Value { key: "k".into() })),
        ];
        for (key, value, expected) in rows {
            let given = BTreeMap::from([(key.clone(), Some(value))]);
            assert_eq!(edited(&before, &given).err(), expected, "{key:?}");
        }
    }

    #[test]
    fn there_are_twenty_at_most_and_the_last_can_be_replaced() {
        let many = |n: usize| (0..n).map(|n| (format!("k{n}"), Some("v".into()))).collect();
        let full = edited(&Metadata::new(), &many(20)).unwrap();
        assert_eq!(edited(&Metadata::new(), &many(21)), Err(Unfit::TooMany));
        assert_eq!(edited(&full, &given(&[("new", Some("v"))])), Err(Unfit::TooMany));
        assert!(edited(&full, &given(&[("new", Some("v")), ("k0", None)])).is_ok());
    }
}
