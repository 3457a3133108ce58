//! The example behind GSSAPI.

use crate::example::{logged_in, refused};
use crate::realm::{REALM, in_realm};
use crate::service::Service;

#[test]
fn gssapi_lets_users_of_the_realm_in_and_act_for_whom_they_may() {
    in_realm(
        "kerberos::gssapi_lets_users_of_the_realm_in_and_act_for_whom_they_may",
        |realm| {
            let (alice, yarn) = (realm.user("alice"), realm.user("yarn"));
            let keytab = realm.keytab("service.keytab", &["echo/localhost"]);
            let principal = format!("echo/localhost@{REALM}");
            let gssapi = ["--mechanism", "gssapi", "--principal", &principal];
            let private = ["--keytab", &keytab, "--qop", "auth-conf"];
            let service = Service::start(&[&gssapi[..], &private].concat());
            let call = |more: &[&str]| service.call(&[&gssapi[..], more].concat());

            // From a keytab, and then from the ticket cache.
            let as_yarn = ["--user", "yarn", "--keytab", &yarn];
            assert_eq!(
                call(&["--user", "alice", "--keytab", &alice]),
                logged_in("GSSAPI")
            );
            assert_eq!(service.says(), "alice is in, by KERBEROS");
            realm.kinit(&alice, "alice", &[]);
            assert_eq!(call(&[]), logged_in("GSSAPI"));
            assert_eq!(service.says(), "alice is in, by KERBEROS");

            let acting = |user| call(&[&as_yarn[..], &["--act-as", user]].concat());
            assert_eq!(acting("alice"), logged_in("GSSAPI"));
            assert_eq!(service.says(), "alice via yarn is in, by KERBEROS");
            let refusal = "User: yarn is not allowed to impersonate bob";
            assert_eq!(
                acting("bob"),
                refused(&format!("the peer refuses: \"{refusal}\""))
            );
            assert_eq!(service.says(), refusal);
        },
    );
}
