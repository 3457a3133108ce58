//! What the fuzz targets do: each target is a line that calls a function of this crate. A panic is a finding.

#[path = "../../tests/support/agree.rs"]
mod agree;
#[path = "../../tests/support/frames.rs"]
mod frames;
#[path = "../../tests/oracle/mod.rs"]
mod oracle;
#[path = "../../tests/support/plain.rs"]
mod plain;
#[path = "../../tests/support/proxy.rs"]
mod proxy_agree;
#[path = "../../tests/oracle/proxy.rs"]
mod proxy_oracle;
#[path = "../../tests/support/stores.rs"]
mod stores;

mod auth_to_local;
mod bearer;
mod config;
mod edit;
mod eval;
mod mode;
mod proxy;
mod sasl;
mod store;
mod system;
mod text;
mod xattr;

pub use auth_to_local::auth_to_local;
pub use bearer::bearer;
pub use config::config;
pub use edit::{Step, acl_edit};
pub use eval::acl_eval;
pub use mode::mode;
pub use proxy::proxy_rules;
pub use sasl::sasl_frames;
pub use store::{jks, pem, pkcs12};
pub use system::System;
pub use text::acl_text;
pub use xattr::acl_xattr;
