//! Who somebody is: validated names, the proved [`Principal`], and the [`Subject`] that acts.

#[cfg(feature = "arbitrary")]
mod arbitrary;
mod name;
mod password;
mod principal;
mod subject;

pub use name::{GroupName, GroupRef, NameError, UserName, UserRef};
pub use password::Password;
pub use principal::{Mechanism, Principal};
pub use subject::{Groups, Subject};
