//! From the principal who logged in to the subject who acts.

use std::net::IpAddr;
use std::sync::Arc;

use thiserror::Error;

use super::{GroupMapping, GroupsUnavailable, Impersonation, ImpersonationError, Policy, Refusal};
use crate::identity::{Groups, Principal, Subject, UserName};

/// Why nobody can act for this principal now.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a caller must answer 403 to one and 503 to the other"
)]
pub enum ResolveError {
    /// The principal may not act for that user.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The group service did not answer.
    #[error(transparent)]
    Unavailable(#[from] GroupsUnavailable),
}

/// Group mapping and impersonation rules of one service.
#[derive(Clone)]
pub struct Resolver {
    groups: Arc<dyn GroupMapping>,
    impersonation: Impersonation,
}

impl Resolver {
    /// A resolver that asks `groups` and obeys `impersonation`.
    #[must_use]
    pub fn new(groups: Arc<dyn GroupMapping>, impersonation: Impersonation) -> Self {
        Self {
            groups,
            impersonation,
        }
    }

    /// The subject for `principal`, or for `act_as` where given and allowed. To act as oneself is no impersonation.
    ///
    /// Nobody may act as a super user of `policy`, whatever the rules say: a proxy that is taken over must not become one.
    /// The unnamed principal acts for nobody and nobody for it, and the group mapping is not asked about it: it has no groups.
    ///
    /// # Errors
    ///
    /// [`ResolveError::Refused`] and [`ResolveError::Unavailable`].
    pub fn resolve(
        &self,
        policy: &Policy,
        principal: &Principal,
        act_as: Option<&UserName>,
        peer: Option<IpAddr>,
    ) -> Result<Subject, ResolveError> {
        let real = principal.name();
        let target = act_as.filter(|target| *target != real);
        let user = target.unwrap_or(real);
        if let Some(target) = target {
            if real.is_unnamed() || target.is_unnamed() {
                return Err(Refusal::unnamed(real, target).into());
            }
            match self
                .impersonation
                .authorize(real, target, &*self.groups, peer)
            {
                Ok(()) => {}
                Err(ImpersonationError::Refused(refusal)) => return Err(refusal.into()),
                Err(ImpersonationError::Unavailable { source, .. }) => return Err(source.into()),
            }
        }
        let groups = match user.is_unnamed() {
            true => Groups::default(),
            false => self.groups.groups(user)?,
        };
        let subject = policy.admit(Subject::asserted(
            user.clone(),
            groups,
            principal.mechanism(),
        ));
        match target {
            Some(target) if subject.is_super_user() => {
                Err(Refusal::super_user(real, target).into())
            }
            Some(_) => Ok(subject.via(real.clone())),
            None => Ok(subject),
        }
    }
}
