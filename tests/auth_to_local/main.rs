//! `auth_to_local` beside Java: the rules beside an independent reading of them, the patterns beside `java.util.regex`.

mod generate;
mod java;
mod patterns;
#[path = "../support/random.rs"]
mod random;
mod rules;
