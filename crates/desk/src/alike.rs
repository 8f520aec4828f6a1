//! Whether two titles are about the same thing, as far as their words tell: enough to show somebody what
//! they asked before, never enough to decide by.

use std::collections::BTreeSet;

/// Shorter words say little.
const TELLS: usize = 3;

/// Whether most of what tells in the shorter of them stands in the other, too. One word in common is
/// enough only where there is no other.
pub fn are_alike(one: &str, other: &str) -> bool {
    let (one, other) = (words(one), words(other));
    let shared = one.intersection(&other).count();
    let fewest = one.len().min(other.len());
    shared > 0 && 2 * shared > fewest && (shared > 1 || fewest == 1)
}

fn words(text: &str) -> BTreeSet<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| word.chars().count() >= TELLS).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_alike_by_most_of_their_words() {
        for (one, other, alike) in [
            ("VPN drops on the train", "the vpn drops again", true),
            ("VPN", "my vpn is slow", true),
            ("Printer on floor 3 is jammed", "printer jammed", true),
            ("The printer is jammed", "The lift is stuck", false),
            ("New laptop", "New chair", false),
            ("プリンター", "プリンター 故障", true),
            ("", "", false),
            ("a b", "a b", false),
        ] {
            assert_eq!(are_alike(one, other), alike, "{one:?} {other:?}");
            assert_eq!(are_alike(other, one), alike, "{other:?} {one:?}");
        }
    }
}
