//! Cedar, with one policy for each action and the ACLs as attributes: the same rules in its own language. Requests are made
//! before; one is needed for each inode.

use std::collections::{HashMap, HashSet};

use bailiwick::acl::{Dialect, Perm, Scope, Tag};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    PolicySet, Request, RestrictedExpression as Value,
};

use crate::world::{Question, Stored};

const POLICIES: &str = r#"
permit (principal, action == Action::"read", resource) when {
    if principal.name == resource.owner then resource.read.owner
    else if resource.users.contains(principal.name) then resource.read.users.contains(principal.name)
    else if principal in resource.groups then principal in resource.read.groups
    else resource.read.other
};
permit (principal, action == Action::"pass", resource) when {
    if principal.name == resource.owner then resource.pass.owner
    else if resource.users.contains(principal.name) then resource.pass.users.contains(principal.name)
    else if principal in resource.groups then principal in resource.pass.groups
    else resource.pass.other
};
"#;

pub(crate) struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    types: Types,
    entities: Entities,
}

struct Types {
    user: EntityTypeName,
    group: EntityTypeName,
    inode: EntityTypeName,
    action: EntityTypeName,
}

pub(crate) struct Asked<'a> {
    number: usize,
    question: &'a Question,
    pass: Vec<Request>,
    read: Request,
}

impl Cedar {
    /// All questions in one store of entities.
    pub(crate) fn load(questions: &[Question]) -> (Self, Vec<Asked<'_>>) {
        let types = Types {
            user: "User".parse().unwrap(),
            group: "Group".parse().unwrap(),
            inode: "Inode".parse().unwrap(),
            action: "Action".parse().unwrap(),
        };
        let all = questions.iter().enumerate();
        let entities = all.clone().flat_map(|(n, q)| types.entities(n, q));
        let asked = all.map(|(n, q)| types.asked(n, q)).collect();
        let engine = Self {
            authorizer: Authorizer::new(),
            policies: POLICIES.parse().unwrap(),
            entities: Entities::from_entities(entities, None).unwrap(),
            types,
        };
        (engine, asked)
    }

    pub(crate) fn may_reach(&self, asked: &Asked) -> bool {
        self.reaches(asked, &self.entities)
    }

    pub(crate) fn may_read(&self, asked: &Asked) -> bool {
        self.allows(&asked.read, &self.entities)
    }

    /// The same when the attributes are loaded for each question.
    pub(crate) fn may_reach_from_attributes(&self, asked: &Asked) -> bool {
        let entities = self.types.entities(asked.number, asked.question);
        self.reaches(asked, &Entities::from_entities(entities, None).unwrap())
    }

    pub(crate) fn may_read_from_attributes(&self, asked: &Asked) -> bool {
        let Asked {
            number, question, ..
        } = asked;
        let user = self.types.user(*number, question);
        let file = self.types.file(*number, question);
        let entities = Entities::from_entities([user, file], None).unwrap();
        self.allows(&asked.read, &entities)
    }

    fn reaches(&self, asked: &Asked, entities: &Entities) -> bool {
        let mut way = asked.pass.iter();
        way.all(|pass| self.allows(pass, entities)) && self.allows(&asked.read, entities)
    }

    fn allows(&self, request: &Request, entities: &Entities) -> bool {
        let response = self
            .authorizer
            .is_authorized(request, &self.policies, entities);
        response.decision() == Decision::Allow
    }
}

fn uid(of: &EntityTypeName, id: impl AsRef<str>) -> EntityUid {
    EntityUid::from_type_name_and_id(of.clone(), EntityId::new(id))
}

fn record<const N: usize>(fields: [(&str, Value); N]) -> HashMap<String, Value> {
    fields.map(|(key, value)| (key.to_owned(), value)).into()
}

/// Questions know the same users in different groups, so entities carry the question's number.
fn user_id(n: usize, question: &Question) -> String {
    format!("{n}/{}", question.subject.user())
}

fn directory_id(n: usize, depth: usize) -> String {
    format!("{n}/{depth}")
}

fn file_id(n: usize) -> String {
    format!("{n}/file")
}

impl Types {
    fn asked<'a>(&self, n: usize, question: &'a Question) -> Asked<'a> {
        let request = |action, inode: String| {
            let principal = uid(&self.user, user_id(n, question));
            let action = uid(&self.action, action);
            let resource = uid(&self.inode, inode);
            Request::new(principal, action, resource, Context::empty(), None).unwrap()
        };
        let way = 0..question.text.way.len();
        Asked {
            number: n,
            question,
            pass: way
                .map(|depth| request("pass", directory_id(n, depth)))
                .collect(),
            read: request("read", file_id(n)),
        }
    }

    fn entities(&self, n: usize, question: &Question) -> Vec<Entity> {
        let way = question.text.way.iter().enumerate();
        way.map(|(depth, inode)| self.inode(directory_id(n, depth), inode, "pass", Perm::EXECUTE))
            .chain([self.user(n, question), self.file(n, question)])
            .collect()
    }

    fn user(&self, n: usize, question: &Question) -> Entity {
        let subject = &question.subject;
        let groups = subject
            .groups()
            .iter()
            .map(|g| uid(&self.group, g.as_str()));
        let name = Value::new_string(subject.user().to_string());
        let id = uid(&self.user, user_id(n, question));
        Entity::new(id, record([("name", name)]), groups.collect()).unwrap()
    }

    fn file(&self, n: usize, question: &Question) -> Entity {
        self.inode(file_id(n), &question.text.target, "read", Perm::READ)
    }

    /// With what the one action needs that the inode is asked for, and no more.
    fn inode(&self, id: String, inode: &Stored, action: &str, wanted: Perm) -> Entity {
        let acl = inode.protection.access();
        let mask = acl.mask().unwrap_or(Perm::from_bits(7));
        let (mut users, mut groups) = (Vec::new(), vec![(inode.group.clone(), acl.group() & mask)]);
        for entry in acl.entries(Scope::Access, &Dialect::POSIX) {
            match entry.tag {
                Tag::User(name) => users.push((name.to_string(), entry.perm & mask)),
                Tag::Group(name) => groups.push((name.to_string(), entry.perm & mask)),
                _ => {}
            }
        }
        let user = |(name, _): &(String, Perm)| Value::new_string(name.clone());
        let group = |(name, _): &(String, Perm)| Value::new_entity_uid(uid(&self.group, name));
        let grants = |entry: &&(String, Perm)| entry.1.contains(wanted);
        let (user_grants, group_grants) =
            (users.iter().filter(grants), groups.iter().filter(grants));
        let granted = record([
            ("owner", Value::new_bool(acl.owner().contains(wanted))),
            ("users", Value::new_set(user_grants.map(user))),
            ("groups", Value::new_set(group_grants.map(group))),
            ("other", Value::new_bool(acl.other().contains(wanted))),
        ]);
        let attributes = record([
            ("owner", Value::new_string(inode.owner.clone())),
            ("users", Value::new_set(users.iter().map(user))),
            ("groups", Value::new_set(groups.iter().map(group))),
            (action, Value::new_record(granted).unwrap()),
        ]);
        Entity::new(uid(&self.inode, id), attributes, HashSet::new()).unwrap()
    }
}
