//! When a certificate is valid (RFC 5280 §4.1.2.5).

use std::time::{Duration, SystemTime};

use rustls::pki_types::UnixTime;
use rustls::{CertificateError, Error};
use x509_parser::prelude::X509Certificate;
use x509_parser::time::ASN1Time;

/// The first and the last second of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Validity {
    not_before: UnixTime,
    not_after: UnixTime,
}

impl Validity {
    pub(super) fn of(certificate: &X509Certificate<'_>) -> Self {
        let validity = certificate.validity();
        Self {
            not_before: unix_time(validity.not_before),
            not_after: unix_time(validity.not_after),
        }
    }

    /// The time that both cover.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            not_before: self.not_before.max(other.not_before),
            not_after: self.not_after.min(other.not_after),
        }
    }

    pub(super) fn check(self, now: UnixTime) -> Result<(), Error> {
        let Self {
            not_before,
            not_after,
        } = self;
        if now < not_before {
            let time = now;
            return Err(CertificateError::NotValidYetContext { time, not_before }.into());
        }
        if now > not_after {
            let time = now;
            return Err(CertificateError::ExpiredContext { time, not_after }.into());
        }
        Ok(())
    }

    /// What is wrong at this time, for whoever has to renew the certificate.
    pub(super) fn amiss(self, now: UnixTime) -> Option<String> {
        if now < self.not_before {
            Some(format!("it begins on {}", date(self.not_before)))
        } else if now > self.not_after {
            Some(format!("it ended on {}", date(self.not_after)))
        } else {
            None
        }
    }

    /// The first and the last second.
    pub(super) const fn bounds(self) -> (UnixTime, UnixTime) {
        (self.not_before, self.not_after)
    }

    pub(super) fn not_after(self) -> SystemTime {
        system_time(self.not_after)
    }
}

fn date(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).ok();
    let date = seconds.and_then(|seconds| ASN1Time::from_timestamp(seconds).ok());
    date.map_or_else(|| time.as_secs().to_string(), |date| date.to_string())
}

/// Before 1970 is 1970: no computer asks from there.
pub(super) fn unix_time(time: ASN1Time) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(time.timestamp().max(0).unsigned_abs()))
}

/// A time of rustls as we have it.
pub(super) fn system_time(time: UnixTime) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(time.as_secs())
}

/// A time of ours as rustls has it.
pub(super) fn at(now: SystemTime) -> UnixTime {
    UnixTime::since_unix_epoch(
        now.duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default(),
    )
}
