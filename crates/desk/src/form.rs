//! Forms: what a ticket of one kind asks for, and what it begins with. A form says how a ticket opens;
//! whether answers fit is said in `answer`, whether a form itself is whole by whoever keeps it.

use serde::{Deserialize, Serialize};

use crate::id::{FieldId, FormId, PersonId, PolicyId, QueueId};
use crate::language::Words;
use crate::ticket::{Priority, Type, words};

words!(
    /// How far a form has come.
    Stage {
        /// Being written; no ticket can be opened with it.
        Draft = "draft",
        /// Offered to everybody.
        Published = "published",
    }
);

/// What tickets of one kind ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// The short word it goes by.
    pub id: FormId,
    /// What people call it.
    pub name: String,
    /// When to use it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whether it is offered.
    pub stage: Stage,
    /// Where its tickets go, unless somebody says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueId>,
    /// What kind of request they are.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Type>,
    /// How soon they matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// What is promised for them, before any other policy is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyId>,
    /// Who may be given them; empty is whoever works on the queue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handlers: Vec<PersonId>,
    /// Whether a solution waits until every task is done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tasks_first: bool,
    /// What there is to do on each of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Step>,
    /// What is asked, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
}

/// Something there is to do on each ticket of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What.
    pub title: String,
    /// By when, in days of 24 hours after the ticket was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_days: Option<u16>,
}

/// One thing that is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// The short word it goes by; answers are kept under it.
    pub id: FieldId,
    /// What people read.
    pub label: Words,
    /// What helps them to answer.
    #[serde(default, skip_serializing_if = "Words::is_empty")]
    pub hint: Words,
    /// What an answer is.
    pub kind: Kind,
    /// Whether it must be answered where it is shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Whether agents alone see it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden_from_requester: bool,
    /// On what it depends whether it is asked at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown_when: Option<ShownWhen>,
}

/// What an answer is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Words: one line, or several where they are long.
    Text {
        /// Several lines.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        long: bool,
    },
    /// A number.
    Number {
        /// The least.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<f64>,
        /// The most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<f64>,
    },
    /// A day.
    Date,
    /// One of these.
    Select {
        /// Which.
        options: Vec<Choice>,
    },
    /// One at the end of a branch.
    TreeSelect {
        /// The branches.
        options: Vec<Choice>,
    },
    /// Any of these.
    MultiSelect {
        /// Which.
        options: Vec<Choice>,
    },
    /// Yes or no.
    Checkbox,
    /// Somebody who works here.
    Member,
    /// Files that were uploaded.
    File,
}

/// Something to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The short word it goes by, one in the whole field; answers keep it.
    pub id: String,
    /// What people read.
    pub label: Words,
    /// What it branches into, where the field is a tree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
}

/// What another field must say, or must not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownWhen {
    /// Which field; it comes earlier in the form.
    pub field: FieldId,
    /// Any of these values.
    pub values: Vec<String>,
    /// Whether it must be none of them instead.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_not: bool,
}

impl Form {
    /// Whether tickets can be opened with it.
    pub fn is_published(&self) -> bool {
        self.stage == Stage::Published
    }

    /// A field by its id.
    pub fn field(&self, id: &FieldId) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == *id)
    }
}

impl Kind {
    /// The word it goes by.
    pub fn name(&self) -> &'static str {
        match self {
            Kind::Text { .. } => "text",
            Kind::Number { .. } => "number",
            Kind::Date => "date",
            Kind::Select { .. } => "select",
            Kind::TreeSelect { .. } => "tree_select",
            Kind::MultiSelect { .. } => "multi_select",
            Kind::Checkbox => "checkbox",
            Kind::Member => "member",
            Kind::File => "file",
        }
    }

    /// What there is to choose; empty where nothing is.
    pub fn options(&self) -> &[Choice] {
        match self {
            Kind::Select { options }
            | Kind::TreeSelect { options }
            | Kind::MultiSelect { options } => options,
            Kind::Text { .. } | Kind::Number { .. } | Kind::Date => &[],
            Kind::Checkbox | Kind::Member | Kind::File => &[],
        }
    }

    /// The ids that answer it: the ends of a tree's branches.
    pub fn choices(&self) -> Vec<&str> {
        let mut ends = Vec::new();
        gather(self.options(), &mut ends);
        ends
    }
}

fn gather<'a>(options: &'a [Choice], ends: &mut Vec<&'a str>) {
    for option in options {
        match option.options.as_slice() {
            [] => ends.push(&option.id),
            branches => gather(branches, ends),
        }
    }
}
