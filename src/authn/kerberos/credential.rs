//! Credentials out of a given keytab or ticket cache, and the end of such a cache: the calls that libgssapi does not offer,
//! and so the one place of the library with unsafe code.

#![expect(
    unsafe_code,
    reason = "gss_acquire_cred_from and krb5_cc_destroy have no safe binding; the alternatives are process-wide \
              environment variables and tickets that stay in memory"
)]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;

use libgssapi::credential::Cred;
use libgssapi::error::{Error, MajorFlags};
use libgssapi_sys as sys;

/// What a credential is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Usage {
    Accept,
    Initiate,
}

/// Acquires a Kerberos credential for `principal`, or for whichever the store holds, out of a credential store: pairs such
/// as `keytab`, `client_keytab`, `ccache` or `rcache` with a value (`gss_acquire_cred_from`).
pub(super) fn acquire(
    principal: Option<&str>,
    usage: Usage,
    store: &[(&str, &str)],
) -> Result<Cred, Error> {
    let name = principal.map(Name::import).transpose()?;
    let pairs: Vec<(CString, CString)> = store
        .iter()
        .map(|(key, value)| Ok((c_string(key)?, c_string(value)?)))
        .collect::<Result<_, Error>>()?;
    let mut elements: Vec<_> = pairs
        .iter()
        .map(|(key, value)| sys::gss_key_value_element_desc {
            key: key.as_ptr(),
            value: value.as_ptr(),
        })
        .collect();
    let store = sys::gss_key_value_set_desc {
        count: u32::try_from(elements.len()).map_err(|_| invalid())?,
        elements: elements.as_mut_ptr(),
    };
    // The library's SPNEGO finds a credential only where it was asked for one.
    let mut oids = [oid(KERBEROS), oid(SPNEGO)];
    let mut mechanisms = sys::gss_OID_set_desc {
        count: oids.len(),
        elements: oids.as_mut_ptr(),
    };
    let mut credential: sys::gss_cred_id_t = ptr::null_mut();
    let mut minor = 0;
    // SAFETY: every pointer is null or leads to a live local of the type that the header states: `name` is null or a name
    // of `gss_import_name`; `mechanisms` holds `count` OIDs over static bytes; `store` holds `count` pairs of C strings that
    // `pairs` owns until after the call. The library copies what it keeps and reads only from the two sets, and writes to
    // `minor` and `credential`. The two results that are not wanted may be null (RFC 2744 §5.2).
    let major = unsafe {
        sys::gss_acquire_cred_from(
            &raw mut minor,
            name.as_ref().map_or(ptr::null_mut(), |name| name.0),
            sys::_GSS_C_INDEFINITE,
            &raw mut mechanisms,
            match usage {
                Usage::Accept => sys::GSS_C_ACCEPT as c_int,
                Usage::Initiate => sys::GSS_C_INITIATE as c_int,
            },
            &raw const store,
            &raw mut credential,
            ptr::null_mut(),
            ptr::null_mut(),
        )
    };
    check(major, minor)?;
    // SAFETY: the call has succeeded, so `credential` is one that nobody else owns; `owned` releases it once.
    let owned = unsafe { Cred::from_c(credential) };
    // Else SPNEGO offers and takes every mechanism that is installed on this machine, such as NTLM.
    mechanisms.count = 1;
    // SAFETY: `credential` lives as long as `owned`, and no other thread knows of it yet. The set holds the one OID over
    // static bytes that comes first, and the library copies it.
    let major = unsafe { sys::gss_set_neg_mechs(&raw mut minor, credential, &raw mut mechanisms) };
    check(major, minor)?;
    Ok(owned)
}

/// 1.2.840.113554.1.2.2
const KERBEROS: &[u8] = b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02";
/// 1.3.6.1.5.5.2
const SPNEGO: &[u8] = b"\x2b\x06\x01\x05\x05\x02";
/// 1.2.840.113554.1.2.2.1: `primary/instance@REALM`
const PRINCIPAL_NAME: &[u8] = b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01";

/// An imported name.
struct Name(sys::gss_name_t);

impl Name {
    fn import(principal: &str) -> Result<Self, Error> {
        let mut text = sys::gss_buffer_desc {
            length: principal.len(),
            value: principal.as_ptr().cast_mut().cast(),
        };
        let mut kind = oid(PRINCIPAL_NAME);
        let mut name = ptr::null_mut();
        let mut minor = 0;
        // SAFETY: `text` is `length` readable bytes for as long as the call, which only reads them, and `kind` an OID over
        // static bytes; `minor` and `name` are locals that are written to (RFC 2744 §5.16).
        let major = unsafe {
            sys::gss_import_name(&raw mut minor, &raw mut text, &raw mut kind, &raw mut name)
        };
        check(major, minor)?;
        Ok(Self(name))
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        let mut minor = 0;
        // SAFETY: the name came from `gss_import_name`, is owned by this value alone and is not used again.
        unsafe { sys::gss_release_name(&raw mut minor, &raw mut self.0) };
    }
}

/// A description that C may hold as mutable and, by contract, does not write to.
const fn oid(bytes: &'static [u8]) -> sys::gss_OID_desc {
    sys::gss_OID_desc {
        length: bytes.len() as u32,
        elements: bytes.as_ptr().cast_mut().cast(),
    }
}

fn check(major: u32, minor: u32) -> Result<(), Error> {
    match major {
        sys::GSS_S_COMPLETE => Ok(()),
        _ => Err(Error {
            major: MajorFlags::from_bits_retain(major),
            minor,
        }),
    }
}

fn c_string(text: &str) -> Result<CString, Error> {
    CString::new(text).map_err(|_| invalid())
}

const fn failure() -> Error {
    Error {
        major: MajorFlags::GSS_S_FAILURE,
        minor: 0,
    }
}

/// What the library says of an argument that it cannot read.
const fn invalid() -> Error {
    Error {
        major: MajorFlags::GSS_S_CALL_INACCESSIBLE_READ,
        minor: 0,
    }
}

/// A ticket cache of this process alone, for one credential. GSS-API keeps what it was told to use after the credential is
/// released; dropping this destroys the tickets, so drop it last.
pub(super) struct MemoryCache(CString);

impl MemoryCache {
    /// A cache of a name that nobody else has.
    pub(super) fn new() -> Result<Self, Error> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|_| failure())?;
        let name = format!("MEMORY:bailiwick-{:032x}", u128::from_ne_bytes(random));
        Ok(Self(c_string(&name)?))
    }

    /// What the key `ccache` of a credential store takes.
    pub(super) fn name(&self) -> &str {
        // It was made from a string.
        self.0.to_str().unwrap_or_default()
    }
}

impl Drop for MemoryCache {
    fn drop(&mut self) {
        destroy(&self.0);
    }
}

/// Destroys a ticket cache. Where even the library cannot be set up, it stays.
fn destroy(name: &CStr) {
    let mut context = ptr::null_mut();
    let mut cache = ptr::null_mut();
    // SAFETY: the context is used only after it was made, by this thread alone, and freed once. The cache is used only
    // after it was resolved, and `krb5_cc_destroy` frees it whatever it returns. `name` is a C string that outlives the
    // call, which copies it. What is stored in the cache is guarded by a lock of the library, and a credential that still
    // refers to it finds it empty.
    unsafe {
        if krb5_init_context(&raw mut context) != 0 {
            return;
        }
        if krb5_cc_resolve(context, name.as_ptr(), &raw mut cache) == 0 {
            krb5_cc_destroy(context, cache);
        }
        krb5_free_context(context);
    }
}

// As declared in krb5.h; libgssapi-sys binds GSS-API alone.
#[link(name = "krb5")]
unsafe extern "C" {
    fn krb5_init_context(context: *mut *mut c_void) -> i32;
    fn krb5_free_context(context: *mut c_void);
    fn krb5_cc_resolve(context: *mut c_void, name: *const c_char, cache: *mut *mut c_void) -> i32;
    fn krb5_cc_destroy(context: *mut c_void, cache: *mut c_void) -> i32;
}
