//! Reload: what is seen, what is taken, what is kept, and what peers notice of it.

mod bench;
mod cases;
mod changes;
mod connections;
mod failures;
mod load;
mod races;
mod resumption;
mod watch;
mod world;
