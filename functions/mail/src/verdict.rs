//! What the receiving server found out about a mail before it reached us, from the header fields it
//! put on top. Without them, or with a sender's own, nobody is vouched for.

/// What can be believed of a mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdicts {
    /// It carries a virus (`X-SES-Virus-Verdict`).
    pub(crate) virus: bool,
    /// It is thought to be spam (`X-SES-Spam-Verdict`).
    pub(crate) spam: bool,
    /// How its sender stands.
    pub(crate) standing: Standing,
}

/// How a sender stands (`Authentication-Results`, RFC 8601).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The server vouches for the domain in `From`.
    Vouched,
    /// Nothing is known.
    #[default]
    Unknown,
    /// It is known not to come from whom it names, or names several.
    Doubted,
}

/// Longer values are cut; no server writes them.
const LONGEST: usize = 16 * 1024;

impl Verdicts {
    /// Reads the topmost field of each name: servers prepend theirs (RFC 8601 section 5), so
    /// anything below is a claim of the sender or of a server before ours. What takes trust away is
    /// believed of anybody, what gives it of the server of this name alone.
    pub(crate) fn of(raw: &[u8], mail: &email::Mail, server: Option<&str>) -> Verdicts {
        let failed = |name| topmost(raw, name).is_some_and(|value| value.starts_with("fail"));
        let results = topmost(raw, "authentication-results");
        let results = results.as_deref().map(without_comments).unwrap_or_default();
        Verdicts {
            virus: failed("x-ses-virus-verdict"),
            spam: failed("x-ses-spam-verdict"),
            standing: standing(&results, mail, server),
        }
    }

    /// Nothing speaks against the address in `From`.
    pub(crate) fn believable(self) -> bool {
        self.standing != Standing::Doubted && !self.spam && !self.virus
    }

    /// A server answers for the address in `From`.
    pub(crate) fn vouched(self) -> bool {
        self.standing == Standing::Vouched && self.believable()
    }
}

fn standing(results: &str, mail: &email::Mail, server: Option<&str>) -> Standing {
    let clauses: Vec<&str> = results.split(';').map(str::trim).collect();
    let Some(from) = mail.from.as_ref().filter(|_| mail.one_author) else {
        // Nobody claims to have written it: there is nothing to doubt.
        return if mail.from.is_some() { Standing::Doubted } else { Standing::Unknown };
    };
    if is_forged(&clauses) {
        return Standing::Doubted;
    }
    let by = clauses.first().and_then(|clause| clause.split_whitespace().next());
    let ours = server.is_some() && by == server;
    let domain = from.email.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
    match domain.filter(|_| ours) {
        Some(domain) if is_vouched_for(&clauses, &domain) => Standing::Vouched,
        _ => Standing::Unknown,
    }
}

/// DMARC failed; or SPF did, and neither DMARC nor a signature vouches instead.
fn is_forged(clauses: &[&str]) -> bool {
    let passed = says(clauses, "dkim=pass") || says(clauses, "dmarc=pass");
    says(clauses, "dmarc=fail") || says(clauses, "spf=fail") && !passed
}

/// DMARC passed (RFC 7489); or its domain has no such policy, and a signature or the envelope that
/// passed is of the same domain.
fn is_vouched_for(clauses: &[&str], domain: &str) -> bool {
    let passed = says(clauses, "dmarc=pass");
    let other =
        clauses.iter().any(|one| one.starts_with("dmarc=") && !one.starts_with("dmarc=pass"));
    let no_policy =
        says(clauses, "dmarc=none") || !clauses.iter().any(|one| one.starts_with("dmarc="));
    if passed {
        return !other;
    }
    let signed = clauses.iter().filter(|clause| says(&[clause], "dkim=pass")).any(|clause| {
        ["header.d=", "header.i="].iter().any(|name| is_aligned(value(clause, name), domain))
    });
    let sent = says(clauses, "spf=pass")
        && clauses.iter().any(|clause| {
            ["envelope-from=", "smtp.mailfrom="]
                .iter()
                .any(|name| is_aligned(value(clause, name), domain))
        });
    no_policy && (signed || sent)
}

/// Whether one of the clauses says this, and not merely something that begins like it.
fn says(clauses: &[&str], result: &str) -> bool {
    clauses.iter().any(|found| {
        let rest = found.strip_prefix(result);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    })
}

/// The domain a property names.
fn value<'a>(clause: &'a str, name: &str) -> Option<&'a str> {
    let property = clause.split_whitespace().find_map(|word| word.strip_prefix(name))?;
    let address = property.trim_matches(['"', '<', '>']);
    Some(address.rsplit_once('@').map_or(address, |(_, domain)| domain))
}

/// The same domain, or one below the other. Without a list of public suffixes: what has no dot is none.
fn is_aligned(found: Option<&str>, domain: &str) -> bool {
    let below = |one: &str, other: &str| {
        other.contains('.') && one.strip_suffix(other).is_some_and(|rest| rest.ends_with('.'))
    };
    found.is_some_and(|found| found == domain || below(found, domain) || below(domain, found))
}

/// RFC 5322 section 3.2.2: what stands in brackets is for people, and may quote the sender.
fn without_comments(value: &str) -> String {
    let mut depth = 0usize;
    let mut kept = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(character),
            _ => {}
        }
    }
    kept
}

/// The unfolded value (RFC 5322 section 2.2.3) of the first field of this name, in lowercase.
fn topmost(raw: &[u8], name: &str) -> Option<String> {
    let mut value: Option<Vec<u8>> = None;
    for line in raw.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let folded = line.starts_with(b" ") || line.starts_with(b"\t");
        match &mut value {
            Some(value) if folded && value.len() < LONGEST => value.extend_from_slice(line),
            Some(_) if folded => {}
            Some(_) => break,
            None if line.is_empty() => break,
            None => value = after_name(line, name).map(<[u8]>::to_vec),
        }
    }
    value.map(|value| String::from_utf8_lossy(&value).trim().to_ascii_lowercase())
}

fn after_name<'a>(line: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let (start, rest) = line.split_at_checked(name.len())?;
    let rest = rest.strip_prefix(b":")?;
    start.eq_ignore_ascii_case(name.as_bytes()).then(|| rest.get(..LONGEST).unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(raw: &str) -> Verdicts {
        Verdicts::of(raw.as_bytes(), &email::parse(raw.as_bytes()), Some("ses"))
    }

    #[test]
    fn the_topmost_field_counts() {
        let rows = [
            ("", ""),
            ("X-SES-Virus-Verdict: PASS\r\nX-SES-Virus-Verdict: FAIL\r\n", ""),
            ("X-SES-Virus-Verdict: FAIL\r\nX-SES-Virus-Verdict: PASS\r\n", "virus"),
            ("x-ses-spam-verdict:\r\n FAIL\r\n", "spam"),
            ("X-SES-Spam-Verdict: GRAY\r\n", ""),
        ];
        for (headers, expected) in rows {
            let found = found(&format!("{headers}From: a@b.c\r\n\r\nhi\r\n"));
            let expected = Verdicts {
                virus: expected == "virus",
                spam: expected == "spam",
                standing: Standing::Unknown,
            };
            assert_eq!(found, expected, "{headers:?}");
            assert_eq!(found.believable(), found == Verdicts::default(), "{headers:?}");
        }
    }

    #[test]
    fn a_server_vouches_for_whom_it_knows() {
        use Standing::{Doubted, Unknown, Vouched};
        let rows = [
            ("ses; spf=pass; dkim=pass; dmarc=pass", Vouched),
            ("ses; spf=fail; dmarc=pass header.from=b.c", Vouched),
            ("other; spf=pass; dkim=pass; dmarc=pass", Unknown),
            ("ses 1; dmarc=none; dkim=pass header.d=b.c", Vouched),
            ("ses; dkim=pass header.i=@mail.b.c", Vouched),
            ("ses; dkim=pass header.i=@evil.c", Unknown),
            ("ses; dkim=pass header.d=c", Unknown),
            ("ses; dkim=pass header.d=xb.c", Unknown),
            ("ses; spf=pass (x) client-ip=1.2.3.4; envelope-from=a@b.c; helo=b.c", Vouched),
            ("ses; spf=pass smtp.mailfrom=a@evil.c", Unknown),
            ("ses; dmarc=quarantine; dkim=pass header.d=b.c", Unknown),
            ("ses; dmarc=pass; dmarc=none", Unknown),
            ("ses; spf=none (dmarc=pass; dkim=pass header.d=b.c)", Unknown),
            ("ses; dmarc=fail header.from=b.c", Doubted),
            ("x;\r\n\tspf=fail (x) ip=1;\r\n\tdkim=fail y", Doubted),
            ("x; spf=fail; dkim=none", Doubted),
            ("x; spf=fail; dkim=fail; dkim=pass x", Unknown),
            ("x; spf=softfail; dkim=fail", Unknown),
            ("x; dmarc=failure", Unknown),
            ("none", Unknown),
        ];
        for (results, expected) in rows {
            let raw = format!("Authentication-Results: {results}\r\nFrom: a@b.c\r\n\r\nhi\r\n");
            assert_eq!(found(&raw).standing, expected, "{results:?}");
            let nobody = Verdicts::of(raw.as_bytes(), &email::parse(raw.as_bytes()), None);
            assert!(!nobody.vouched(), "{results:?}: without a server nobody vouches");
        }
        let below = "Received: x\r\n\tAuthentication-Results: dmarc=fail\r\nFrom: a@b.c\r\n\r\n";
        assert_eq!(found(below).standing, Unknown);
        let body = "From: a@b.c\r\n\r\nAuthentication-Results: a; dmarc=fail\r\n";
        assert_eq!(found(body).standing, Unknown);
    }

    #[test]
    fn whoever_names_several_authors_is_none_of_them() {
        let passed = "Authentication-Results: ses; dmarc=pass\r\n";
        let rows = [
            ("From: a@b.c\r\n", Standing::Vouched),
            ("From: a@b.c\r\nFrom: evil@x.y\r\n", Standing::Doubted),
            ("From: a@b.c, evil@x.y\r\n", Standing::Doubted),
            ("From: \"boss@b.c\" <a@b.c>\r\n", Standing::Vouched),
            ("", Standing::Unknown),
        ];
        for (from, expected) in rows {
            assert_eq!(found(&format!("{passed}{from}\r\nhi\r\n")).standing, expected, "{from}");
        }
    }

    #[test]
    fn odd_bytes_say_nothing() {
        for raw in [&b""[..], b"\n", b"\xff\xfe", b"Authentication-Results", b" : \r\n :"] {
            assert_eq!(Verdicts::of(raw, &email::parse(raw), None), Verdicts::default());
        }
    }
}
