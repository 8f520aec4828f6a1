//! A resolved template as the rules look at it: resources by type, references in one spelling, who
//! may do what. Nothing is judged here.

use serde_json::Value;

/// The template as CloudFormation would deploy it.
pub struct View<'a> {
    /// All of it.
    pub whole: &'a Value,
}

/// One resource.
#[derive(Clone, Copy)]
pub struct Resource<'a> {
    /// Its logical name.
    pub name: &'a str,
    /// All of it.
    pub whole: &'a Value,
}

/// One right in an inline policy of a role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// Such as `dynamodb:GetItem`.
    pub action: String,
    /// On what, in one spelling.
    pub resource: String,
}

impl Grant {
    /// Such as `dynamodb`.
    pub fn service(&self) -> &str {
        self.action.split(':').next().unwrap_or_default()
    }
}

impl<'a> View<'a> {
    /// Every resource of a type.
    pub fn all(&self, kind: &str) -> Vec<Resource<'a>> {
        self.resources().into_iter().filter(|one| one.whole["Type"] == kind).collect()
    }

    /// Every resource.
    pub fn resources(&self) -> Vec<Resource<'a>> {
        let all = self.whole["Resources"].as_object().into_iter().flatten();
        all.map(|(name, whole)| Resource { name, whole }).collect()
    }

    /// The resource of this name and type.
    pub fn named(&self, name: &str, kind: &str) -> Option<Resource<'a>> {
        self.all(kind).into_iter().find(|one| one.name == name)
    }

    /// Lambda functions.
    pub fn functions(&self) -> Vec<Resource<'a>> {
        self.all("AWS::Lambda::Function")
    }

    /// The function whose program is called so, if it is one.
    pub fn function_of(&self, program: &str) -> Option<Resource<'a>> {
        self.functions().into_iter().find(|one| one.program() == program)
    }

    /// The role of a function.
    pub fn role(&self, function: Resource<'_>) -> Option<Resource<'a>> {
        self.named(&owner(&function.get("/Role")), "AWS::IAM::Role")
    }

    /// What a function may do by its role's own policies.
    pub fn grants(&self, function: Resource<'_>) -> Vec<Grant> {
        let role = self.role(function);
        let policies = role.map(|role| role.list("/Policies")).unwrap_or_default();
        policies.into_iter().flat_map(|policy| grants(&policy["PolicyDocument"])).collect()
    }

    /// The dead-letter queues configured for a function, by their ARN: for what rings it and waits
    /// for no answer, and for the streams it reads.
    pub fn dead_letters(&self, function: Resource<'_>) -> Vec<String> {
        let kinds = ["AWS::Lambda::EventInvokeConfig", "AWS::Lambda::EventSourceMapping"];
        let all = kinds.into_iter().flat_map(|kind| self.all(kind));
        let its = all.filter(|one| owner(&one.get("/FunctionName")) == function.name);
        its.map(|one| one.get("/DestinationConfig/OnFailure/Destination")).collect()
    }
}

impl<'a> Resource<'a> {
    /// A property by its path, in one spelling; empty where it is absent.
    pub fn get(&self, path: &str) -> String {
        plain(self.at(path))
    }

    /// A property by its path.
    pub fn at(&self, path: &str) -> &'a Value {
        self.whole["Properties"].pointer(path).unwrap_or(&Value::Null)
    }

    /// A list by its path; one thing counts as a list of one.
    pub fn list(&self, path: &str) -> Vec<&'a Value> {
        many(self.at(path))
    }

    /// The program its code is, by the last step of where the code lies.
    pub fn program(&self) -> &'a str {
        let key = self.at("/Code/S3Key").as_str().unwrap_or_default();
        key.rsplit('/').next().unwrap_or_default()
    }

    /// Names of the resources it waits for.
    pub fn waits_for(&self) -> Vec<String> {
        many(&self.whole["DependsOn"]).into_iter().map(plain).collect()
    }
}

/// Allowed actions of a policy, each with each of its resources.
pub fn grants(document: &Value) -> Vec<Grant> {
    let mut grants = Vec::new();
    for statement in many(&document["Statement"]) {
        if statement["Effect"] != "Allow" {
            continue;
        }
        for action in many(&statement["Action"]) {
            for resource in many(&statement["Resource"]) {
                grants.push(Grant { action: plain(action), resource: plain(resource) });
            }
        }
    }
    grants
}

/// A list, a single thing as a list of one, nothing as an empty one.
pub fn many(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(list) => list.iter().collect(),
        one => vec![one],
    }
}

/// Texts and references in one spelling: `!GetAtt A.Arn` is `${A.Arn}`, `!Ref A` is `${A}`.
pub fn plain(value: &Value) -> String {
    let joined = |value: &Value| {
        let parts: Vec<_> = many(value).into_iter().filter_map(Value::as_str).collect();
        format!("${{{}}}", parts.join("."))
    };
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(fields) if fields.len() == 1 => {
            match (fields.get("Ref"), fields.get("Fn::GetAtt"), fields.get("Fn::Sub")) {
                (Some(name), ..) => joined(name),
                (_, Some(path), _) => joined(path),
                (_, _, Some(Value::String(text))) => text.clone(),
                (_, _, Some(Value::Array(parts))) => substituted(parts),
                _ => value.to_string(),
            }
        }
        other => other.to_string(),
    }
}

fn substituted(parts: &[Value]) -> String {
    let [Value::String(text), Value::Object(names)] = parts else { return String::new() };
    let put = |text: String, (name, value): (&String, &Value)| {
        text.replace(&format!("${{{name}}}"), &plain(value))
    };
    names.iter().fold(text.clone(), put)
}

/// The resource a reference is to: `${A.Arn}` and `${A}` are to `A`.
pub fn owner(reference: &str) -> String {
    let inside = reference.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    inside.and_then(|inside| inside.split('.').next()).unwrap_or_default().to_owned()
}
