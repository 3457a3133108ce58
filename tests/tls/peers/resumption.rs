//! Sessions that are resumed, and those that must not be.
