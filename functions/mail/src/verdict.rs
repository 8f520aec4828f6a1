//! What the receiving server found out about a mail before it reached us, from the header fields it
//! put on top. These can only take trust away: without them, or with a sender's own, nothing is
//! given.

/// The server's doubts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdicts {
    /// It carries a virus (`X-SES-Virus-Verdict`).
    pub(crate) virus: bool,
    /// It is thought to be spam (`X-SES-Spam-Verdict`).
    pub(crate) spam: bool,
    /// It is known not to come from whom it names (`Authentication-Results`, RFC 8601).
    pub(crate) forged: bool,
}

/// Longer values are cut; no server writes them.
const LONGEST: usize = 16 * 1024;

impl Verdicts {
    /// Reads the topmost field of each name: servers prepend theirs (RFC 8601 section 5), so
    /// anything below is a claim of the sender or of a server before ours.
    pub(crate) fn of(raw: &[u8]) -> Verdicts {
        let failed = |name| topmost(raw, name).is_some_and(|value| value.starts_with("fail"));
        Verdicts {
            virus: failed("x-ses-virus-verdict"),
            spam: failed("x-ses-spam-verdict"),
            forged: topmost(raw, "authentication-results").is_some_and(|value| forged(&value)),
        }
    }

    /// Nothing speaks against the address in `From`.
    pub(crate) fn believable(self) -> bool {
        !self.forged && !self.spam && !self.virus
    }
}

/// DMARC failed, or SPF failed and no signature vouches instead.
fn forged(results: &str) -> bool {
    let results: Vec<&str> = results.split(';').map(str::trim).collect();
    let says = |result: &str| {
        results.iter().any(|found| {
            let rest = found.strip_prefix(result);
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
        })
    };
    says("dmarc=fail") || says("spf=fail") && !says("dkim=pass")
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

    #[test]
    fn the_topmost_field_counts() {
        let rows = [
            ("", ""),
            ("X-SES-Virus-Verdict: PASS\r\nX-SES-Virus-Verdict: FAIL\r\n", ""),
            ("X-SES-Virus-Verdict: FAIL\r\nX-SES-Virus-Verdict: PASS\r\n", "virus"),
            ("x-ses-spam-verdict:\r\n FAIL\r\n", "spam"),
            ("X-SES-Spam-Verdict: GRAY\r\n", ""),
            ("Authentication-Results: a; spf=pass; dkim=pass; dmarc=pass\r\n", ""),
            ("Authentication-Results: a; dmarc=fail header.from=b.c\r\n", "forged"),
            ("Authentication-Results: a;\r\n\tspf=fail (x) ip=1;\r\n\tdkim=fail y\r\n", "forged"),
            ("Authentication-Results: a; spf=fail; dkim=none\n", "forged"),
            ("Authentication-Results: a; spf=fail; dkim=fail; dkim=pass x\r\n", ""),
            ("Authentication-Results: a; spf=softfail; dkim=fail\r\n", ""),
            ("Authentication-Results: a; dmarc=failure\r\n", ""),
            ("Received: x\r\n\tAuthentication-Results: dmarc=fail\r\n", ""),
            ("\r\nAuthentication-Results: a; dmarc=fail\r\n", ""),
        ];
        for (headers, expected) in rows {
            let found = Verdicts::of(format!("{headers}From: a@b.c\r\n\r\nhi\r\n").as_bytes());
            let expected = Verdicts {
                virus: expected == "virus",
                spam: expected == "spam",
                forged: expected == "forged",
            };
            assert_eq!(found, expected, "{headers:?}");
            assert_eq!(found.believable(), found == Verdicts::default(), "{headers:?}");
        }
    }

    #[test]
    fn odd_bytes_say_nothing() {
        for raw in [&b""[..], b"\n", b"\xff\xfe", b"Authentication-Results", b" : \r\n :"] {
            assert_eq!(Verdicts::of(raw), Verdicts::default());
        }
    }
}
