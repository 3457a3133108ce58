//! Casbin, with ACL entries as policies and groups as roles. It knows neither first match nor mask: a request is allowed if
//! any entry that applies allows it, which for these questions is the same.

use bailiwick::acl::{Dialect, Scope, Tag};
use casbin::function_map::OperatorFunction;
use casbin::rhai::{Dynamic, ImmutableString};
use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};

use crate::world::{Question, Stored};

/// The cheapest condition first.
const MODEL: &str = "
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.obj == p.obj && grants(p.act, r.act) && g(r.sub, p.sub)
";
const EVERYBODY: &str = "everybody";

pub(crate) struct Casbin(Enforcer);

pub(crate) struct Asked {
    user: String,
    way: Vec<String>,
    file: String,
}

impl Casbin {
    /// All questions in one enforcer.
    pub(crate) fn load(questions: &[Question]) -> (Self, Vec<Asked>) {
        let (mut policies, mut roles, mut all) = (Vec::new(), Vec::new(), Vec::new());
        for (n, question) in questions.iter().enumerate() {
            // Questions know the same users in different groups.
            let subject = &question.subject;
            let user = format!("{n}/{}", subject.user());
            let named = role_of_user(subject.user().as_str());
            let groups = subject.groups().iter().map(|g| role_of_group(g.as_str()));
            for role in groups.chain([named, EVERYBODY.to_owned()]) {
                roles.push(vec![user.clone(), role]);
            }
            let path = &question.text;
            let asked = Asked {
                user,
                way: (0..path.way.len()).map(|d| format!("{n}/{d}")).collect(),
                file: format!("{n}/file"),
            };
            policies.extend(lines(&asked.file, &path.target));
            for (id, inode) in asked.way.iter().zip(&path.way) {
                policies.extend(lines(id, inode));
            }
            all.push(asked);
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let enforcer = runtime.block_on(async {
            let model = DefaultModel::from_str(MODEL).await?;
            let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await?;
            enforcer.add_function("grants", OperatorFunction::Arg2(grants));
            enforcer.add_policies(policies).await?;
            enforcer.add_grouping_policies(roles).await?;
            casbin::Result::Ok(enforcer)
        });
        (Self(enforcer.unwrap()), all)
    }

    pub(crate) fn may_reach(&self, asked: &Asked) -> bool {
        let mut way = asked.way.iter();
        way.all(|directory| self.allows(asked, directory, "x")) && self.may_read(asked)
    }

    pub(crate) fn may_read(&self, asked: &Asked) -> bool {
        self.allows(asked, &asked.file, "r")
    }

    fn allows(&self, asked: &Asked, inode: &str, wanted: &str) -> bool {
        let request = (asked.user.as_str(), inode, wanted);
        self.0.enforce(request).unwrap()
    }
}

/// Whether the bits of an entry hold the one that is asked for; so that one policy for each entry is enough.
fn grants(bits: Dynamic, wanted: Dynamic) -> Dynamic {
    let text = |value: Dynamic| value.cast::<ImmutableString>();
    text(bits).contains(text(wanted).as_str()).into()
}

fn role_of_user(name: &str) -> String {
    format!("user:{name}")
}

fn role_of_group(name: &str) -> String {
    format!("group:{name}")
}

/// A policy for each entry of the inode.
fn lines(id: &str, inode: &Stored) -> Vec<Vec<String>> {
    let entries = inode
        .protection
        .access()
        .entries(Scope::Access, &Dialect::POSIX);
    let lines = entries.into_iter().filter_map(|entry| {
        let role = match &entry.tag {
            Tag::Owner => role_of_user(&inode.owner),
            Tag::OwningGroup => role_of_group(&inode.group),
            Tag::User(name) => role_of_user(name.as_str()),
            Tag::Group(name) => role_of_group(name.as_str()),
            Tag::Other => EVERYBODY.to_owned(),
            _ => return None,
        };
        Some(vec![role, id.to_owned(), entry.perm.to_string()])
    });
    lines.collect()
}
