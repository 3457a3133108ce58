//! The flags that begin with `--auth`.

use std::path::PathBuf;

use lexopt::{Parser, ValueExt};

pub const HELP: &str = "\
  --auth HOW                  simple, nosasl, custom, kerberos, oidc or mtls [simple]
                              simple: the parameter user.name is believed
                              nosasl: everybody is nobody, and permissions are not checked
                              custom: HTTP Basic, with passwords from
  --auth-password-file FILE     lines of USER:PASSWORD in clear, for trying out; read at each login
                              kerberos: HTTP Negotiate, with keys from
  --auth-keytab FILE            a keytab
  --auth-principal NAME         the service in it [HTTP/_HOST@REALM of --auth-realm]; may be repeated
  --auth-realm REALM            the realm of users that DEFAULT makes local
  --auth-to-local RULES         local names of principals [DEFAULT]
                              oidc: HTTP Bearer, with tokens of
  --auth-issuer URL             an OpenID provider, https:// unless it is on this machine
  --auth-audience NAME          for whom tokens are; may be repeated
  --auth-claim NAME             which claim is the user name [sub]
  --auth-issuer-truststore FILE whom to believe that they are the provider [the system's authorities]
                              mtls: the certificate by which --tls-truststore lets somebody in, where the name is at
  --auth-cert-name PLACE        uri:PREFIX, dns, cn or email; may be repeated: the first that is there counts [cn]
";

#[derive(Default)]
pub struct AuthFlags {
    pub how: Option<String>,
    pub password_file: Option<PathBuf>,
    pub keytab: Option<PathBuf>,
    pub principals: Vec<String>,
    pub realm: Option<String>,
    pub to_local: Option<String>,
    pub issuer: Option<String>,
    pub audiences: Vec<String>,
    pub claim: Option<String>,
    pub issuer_truststore: Option<PathBuf>,
    pub cert_names: Vec<String>,
}

impl AuthFlags {
    /// Takes the value of a flag, unless it is none of these.
    pub fn read(&mut self, name: &str, parser: &mut Parser) -> Result<bool, lexopt::Error> {
        match name {
            "auth" => self.how = Some(parser.value()?.string()?),
            "auth-password-file" => self.password_file = Some(parser.value()?.into()),
            "auth-keytab" => self.keytab = Some(parser.value()?.into()),
            "auth-principal" => self.principals.push(parser.value()?.string()?),
            "auth-realm" => self.realm = Some(parser.value()?.string()?),
            "auth-to-local" => self.to_local = Some(parser.value()?.string()?),
            "auth-issuer" => self.issuer = Some(parser.value()?.string()?),
            "auth-audience" => self.audiences.push(parser.value()?.string()?),
            "auth-claim" => self.claim = Some(parser.value()?.string()?),
            "auth-issuer-truststore" => self.issuer_truststore = Some(parser.value()?.into()),
            "auth-cert-name" => self.cert_names.push(parser.value()?.string()?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    pub fn how(&self) -> &str {
        self.how.as_deref().unwrap_or("simple")
    }

    /// What does not go together.
    pub fn check(&self) -> Result<(), String> {
        let how = self.how();
        for (flag, of, given) in [
            (
                "--auth-password-file",
                "custom",
                self.password_file.is_some(),
            ),
            ("--auth-keytab", "kerberos", self.keytab.is_some()),
            ("--auth-principal", "kerberos", !self.principals.is_empty()),
            ("--auth-realm", "kerberos", self.realm.is_some()),
            ("--auth-to-local", "kerberos", self.to_local.is_some()),
            ("--auth-issuer", "oidc", self.issuer.is_some()),
            ("--auth-audience", "oidc", !self.audiences.is_empty()),
            ("--auth-claim", "oidc", self.claim.is_some()),
            (
                "--auth-issuer-truststore",
                "oidc",
                self.issuer_truststore.is_some(),
            ),
            ("--auth-cert-name", "mtls", !self.cert_names.is_empty()),
        ] {
            if given && how != of {
                return Err(format!("{flag} is for --auth {of}"));
            }
        }
        Ok(())
    }
}
