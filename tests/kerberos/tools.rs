//! What is said of a program that is not there.

pub(crate) fn missing(program: &str, error: &std::io::Error) -> String {
    let package = match program {
        "java" => "openjdk-17-jdk-headless",
        "gss-server" => "krb5-gss-samples",
        other => other,
    };
    format!("`{program}`: {error}; is it installed? apt-get install {package}")
}
