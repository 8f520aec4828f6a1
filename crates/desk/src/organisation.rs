//! Organisations: whom people who ask belong to. There may be thousands, so they are rows of the
//! table and no part of the configuration. Who reads what is said in `access`.

use serde::{Deserialize, Serialize};

use crate::id::OrganisationId;
use crate::metadata::Metadata;

/// So many mail domains belong to one.
pub const DOMAINS_AT_MOST: usize = 20;

/// A company, a school, a department: people who ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// Its id, made once and kept.
    pub id: OrganisationId,
    /// What people call it.
    pub name: String,
    /// Whoever is new and writes from an address here becomes a member. A domain belongs to one
    /// organisation at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// What another system calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Notes of other systems.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    /// Whether members see each other's tickets.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
}

/// A mail domain as it is compared: trimmed, lower case, without `@` before it. None where it is no
/// domain, or one of no more than a single word.
pub fn normal_domain(text: &str) -> Option<String> {
    let domain = text.trim().trim_start_matches('@').to_lowercase();
    let plain = |c: char| c.is_alphanumeric() || c == '-';
    let labels: Vec<&str> = domain.split('.').collect();
    let fits = labels.iter().all(|label| !label.is_empty() && label.chars().all(plain));
    (labels.len() > 1 && fits && domain.len() <= 253).then_some(domain)
}

/// The domain of a mail address.
pub fn domain_of(address: &str) -> Option<String> {
    normal_domain(address.rsplit_once('@')?.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_compared_in_one_form() {
        let rows = [
            ("Acme.Example", Some("acme.example")),
            (" @acme.example ", Some("acme.example")),
            ("mail.acme-2.example", Some("mail.acme-2.example")),
            ("example", None),
            ("", None),
            ("acme..example", None),
            ("acme.example/", None),
            ("ana@acme.example", None),
        ];
        for (text, expected) in rows {
            assert_eq!(normal_domain(text).as_deref(), expected, "{text:?}");
        }
        assert_eq!(domain_of("ana@Acme.example").as_deref(), Some("acme.example"));
        assert_eq!(domain_of("ana"), None);
    }
}
