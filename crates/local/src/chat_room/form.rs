//! A form as a browser sends it, in its order.

/// The fields.
#[derive(Clone, Debug, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
}

impl Form {
    /// Reads an urlencoded body.
    pub fn read(bytes: &[u8]) -> Form {
        let fields = url::form_urlencoded::parse(bytes);
        Form {
            fields: fields.map(|(name, value)| (name.into_owned(), value.into_owned())).collect(),
        }
    }

    /// The first field of this name that says something.
    pub fn text(&self, name: &str) -> Option<&str> {
        let named = self.fields.iter().filter(|(known, _)| known == name);
        named.map(|(_, value)| value.as_str()).find(|value| !value.is_empty())
    }

    /// The same, where it has to be there.
    pub fn needed(&self, name: &str) -> anyhow::Result<&str> {
        self.text(name).ok_or_else(|| anyhow::anyhow!("the form has no {name}"))
    }

    /// Every field of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}
