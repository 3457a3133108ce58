//! Names and subjects from a fuzzer's bytes: valid, and few enough to meet each other.

use arbitrary::{Arbitrary, Error, Result, Unstructured};

use super::{GroupName, GroupRef, Groups, Mechanism, NameError, Subject, UserName, UserRef};

const USERS: [&str; 4] = ["alice", "bob", "carol", "dave"];
const GROUPS: [&str; 4] = ["staff", "eng", "ops", "adm"];

/// One name of `pool` four times of five, else whatever name the bytes spell.
fn pick<'a, N>(
    u: &mut Unstructured<'a>,
    pool: [&'static str; 4],
    name: impl Fn(&'a str) -> std::result::Result<N, NameError>,
) -> Result<N> {
    let text = match pool.get(u.int_in_range(0..=pool.len())?) {
        Some(&text) => text,
        None => u.arbitrary()?,
    };
    let [first, ..] = pool;
    name(text)
        .or_else(|_| name(first))
        .map_err(|_| Error::IncorrectFormat)
}

/// Mostly one of four names.
impl<'a> Arbitrary<'a> for UserRef<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        pick(u, USERS, Self::new)
    }
}

/// Mostly one of four names.
impl<'a> Arbitrary<'a> for GroupRef<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        pick(u, GROUPS, Self::new)
    }
}

/// Mostly one of four names.
impl<'a> Arbitrary<'a> for UserName {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.arbitrary().map(UserRef::to_owned)
    }
}

/// Mostly one of four names.
impl<'a> Arbitrary<'a> for GroupName {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.arbitrary().map(GroupRef::to_owned)
    }
}

impl<'a> Arbitrary<'a> for Groups {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.arbitrary_iter()?.collect()
    }
}

impl<'a> Arbitrary<'a> for Mechanism {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let all = [
            Self::Simple,
            Self::Custom,
            Self::Kerberos,
            Self::Certificate,
            Self::Oidc,
        ];
        u.choose(&all).copied()
    }
}

/// As [`Subject::asserted`] makes it, sometimes reached through a real user; no super user until a policy says so.
impl<'a> Arbitrary<'a> for Subject {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let subject = Self::asserted(u.arbitrary()?, u.arbitrary()?, u.arbitrary()?);
        let real: Option<UserName> = u.arbitrary()?;
        Ok(match real {
            Some(real) => subject.via(real),
            None => subject,
        })
    }
}
