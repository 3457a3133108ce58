//! What the fuzz targets do: each target is a line that calls a function of this crate. A panic is a finding.

#[path = "../../tests/support/agree.rs"]
mod agree;
#[path = "../../tests/oracle/mod.rs"]
mod oracle;
#[path = "../../tests/support/plain.rs"]
mod plain;
#[path = "../../tests/support/stores.rs"]
mod stores;

mod auth_to_local;
mod config;
mod edit;
mod eval;
mod mode;
mod store;
mod system;
mod text;
mod xattr;

pub use auth_to_local::auth_to_local;
pub use config::config;
pub use edit::{Step, acl_edit};
pub use eval::acl_eval;
pub use mode::mode;
pub use store::{jks, pem, pkcs12};
pub use system::System;
pub use text::acl_text;
pub use xattr::acl_xattr;
