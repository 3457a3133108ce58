//! A connection that has to be made, used and done with by one moment.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::other;

/// Connects to the first of these places that can be reached. Each has an equal share of the time that is left, so that
/// one that is silent leaves some to those after it.
pub(super) fn first_of<S>(
    places: &[SocketAddr],
    until: Instant,
    connect: impl Fn(&SocketAddr, Duration) -> io::Result<S>,
) -> io::Result<S> {
    let mut failed = other("the host has no address");
    for (place, sharing) in places.iter().zip((1..=places.len()).rev()) {
        let sharing = u32::try_from(sharing).unwrap_or(u32::MAX);
        // Asked to wait for no time at all, the system's call is an error of its own.
        let share = (left(until)? / sharing).max(Duration::from_millis(1));
        match connect(place, share) {
            Ok(stream) => return Ok(stream),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

fn left(until: Instant) -> io::Result<Duration> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(io::Error::new(io::ErrorKind::TimedOut, "no answer in time"));
    }
    Ok(left)
}

/// A stream of which all reads and writes together end at one time.
pub(super) struct Timed {
    stream: TcpStream,
    until: Instant,
}

impl Timed {
    pub(super) const fn new(stream: TcpStream, until: Instant) -> Self {
        Self { stream, until }
    }

    /// A socket says "would block" when its time is up.
    fn in_time<T>(result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => {
                io::Error::new(io::ErrorKind::TimedOut, "no answer in time")
            }
            _ => error,
        })
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(left(self.until)?))?;
        Self::in_time(self.stream.read(buffer))
    }
}

impl Write for Timed {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(left(self.until)?))?;
        Self::in_time(self.stream.write(buffer))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::net::TcpListener;

    const HOUR: Duration = Duration::from_secs(60 * 60);

    fn places() -> [SocketAddr; 4] {
        [1, 2, 3, 4].map(|port| SocketAddr::from(([127, 0, 0, 1], port)))
    }

    #[test]
    fn each_address_has_an_equal_share_of_what_is_left() {
        let tried = RefCell::new(Vec::new());
        let failed = first_of(&places(), Instant::now() + HOUR, |place, share| {
            tried.borrow_mut().push((place.port(), share));
            Err::<(), _>(io::ErrorKind::ConnectionRefused.into())
        });
        let kind = failed.unwrap_err().kind();
        assert_eq!(kind, io::ErrorKind::ConnectionRefused);
        let tried = tried.into_inner();
        assert_eq!(tried.len(), places().len());
        // All have failed at once, so that an hour is left each time, but for what the test itself has taken.
        for (&(port, share), (expected, sharing)) in
            tried.iter().zip([(1, 4), (2, 3), (3, 2), (4, 1)])
        {
            assert_eq!(port, expected);
            let fair = HOUR / sharing;
            assert!(
                share <= fair && share > fair - Duration::from_secs(60),
                "{port}: {share:?}"
            );
        }
    }

    #[test]
    fn a_dead_address_is_passed_over_and_the_first_that_is_reached_is_the_last_that_is_tried() {
        let [dead, there, unasked] = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let places = [&dead, &there, &unasked].map(|listener| listener.local_addr().unwrap());
        let connect = |place: &SocketAddr, share| match *place == places[0] {
            true => Err(io::ErrorKind::ConnectionRefused.into()),
            false => TcpStream::connect_timeout(place, share),
        };
        let stream = first_of(&places, Instant::now() + HOUR, connect).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), places[1]);
        unasked.set_nonblocking(true).unwrap();
        let nobody = unasked.accept().unwrap_err();
        assert_eq!(nobody.kind(), io::ErrorKind::WouldBlock);
    }

    #[test]
    fn no_address_is_tried_when_the_time_is_up() {
        let failed = first_of(&places(), Instant::now(), |place, _| -> io::Result<()> {
            panic!("{place}")
        });
        assert_eq!(failed.unwrap_err().to_string(), "no answer in time");
    }
}
