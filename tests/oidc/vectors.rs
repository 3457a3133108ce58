//! The examples of the RFCs. Their claims are not for us, so what is seen is that nothing is wrong with the signature.

use serde_json::{Value, json};

use crate::error;
use crate::forge::{bearer_of, keys_of};

/// RFC 7515 A.2, A.3 and RFC 8037 A.4: the key, the token, and what is said of it.
fn examples() -> [(Value, &'static str, &'static str); 3] {
    [
        (
            json!({"kty": "RSA", "e": "AQAB", "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddx\
                HmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LO\
                L-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5Ih\
                lJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}),
            "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb29\
             0Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5\
             jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0Gar\
             ZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rq\
             Vt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
            "the token is of the issuer \"joe\"",
        ),
        (
            json!({"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}),
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb29\
             0Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
            "the token is of the issuer \"joe\"",
        ),
        (
            json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}),
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbh\
             ijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
            "the payload of the token: expected value at line 1 column 1",
        ),
    ]
}

#[test]
fn the_signatures_of_the_rfcs_are_right_and_no_other_bit_of_them_is() {
    let examples = examples();
    let all: Vec<&Value> = examples.iter().map(|(key, ..)| key).collect();
    let bearer = bearer_of(keys_of(&json!({ "keys": all })));
    for (_, token, said) in &examples {
        assert_eq!(
            error(&bearer, token),
            format!("Bearer authentication failed: {said}")
        );
        let (signed, signature) = token.rsplit_once('.').unwrap();
        for at in 0..signature.len() - 1 {
            let mut other = signature.as_bytes().to_vec();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            let other = format!("{signed}.{}", String::from_utf8(other).unwrap());
            assert!(
                error(&bearer, &other).ends_with("the signature of the token is wrong"),
                "{at}"
            );
        }
    }
    println!("oidc: {} examples of the RFCs", examples.len());
}

/// RFC 7515 A.1 and A.5: HMAC, and none at all.
#[test]
fn the_rfcs_other_examples_are_not_spoken() {
    let bearer = bearer_of(keys_of(&json!({"keys": []})));
    for (token, name) in [
        (
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGF\
             tcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            "HS256",
        ),
        (
            "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290\
             Ijp0cnVlfQ.",
            "none",
        ),
    ] {
        assert!(error(&bearer, token).ends_with(&format!("the algorithm {name:?} is not spoken")));
    }
}
