import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.*;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.*;
import javax.crypto.spec.SecretKeySpec;

/** Makes and reads many key stores in one JVM. Each mode reads its lines from standard input. */
public class Stores {
    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        switch (args[0]) {
            case "keytool": keytool(in, out); break;
            case "write": write(Path.of(args[1])); break;
            case "list": list(in, out); break;
            case "lower": lower(in, out); break;
            default: throw new IllegalArgumentException(args[0]);
        }
    }

    /** Lines of keytool's arguments between tabs; -J-Dname=value holds for its line. */
    static void keytool(BufferedReader in, PrintStream out) throws Exception {
        for (String line; (line = in.readLine()) != null; ) {
            List<String> arguments = new ArrayList<>(), properties = new ArrayList<>();
            for (String word : line.split("\t")) {
                if (word.startsWith("-J-D")) {
                    String[] parts = (word.substring(4) + "=").split("=", -1);
                    System.setProperty(parts[0], parts[1]);
                    properties.add(parts[0]);
                } else {
                    arguments.add(word);
                }
            }
            sun.security.tools.keytool.Main.main(arguments.toArray(new String[0]));
            properties.forEach(System::clearProperty);
        }
    }

    /** What keytool cannot write, through the API. */
    static void write(Path dir) throws Exception {
        Certificate leaf = certificate(dir, "leaf"), middle = certificate(dir, "middle"), root = certificate(dir, "root");
        Certificate ec = certificate(dir, "ec256"), rsa = certificate(dir, "rsa2048"), ed = certificate(dir, "ed25519");
        PrivateKey leafKey = key(dir, "leaf", "EC"), ecKey = key(dir, "ec256", "EC");
        PrivateKey rsaKey = key(dir, "rsa2048", "RSA"), edKey = key(dir, "ed25519", "EdDSA");
        Certificate[] chain = {leaf, middle, root};
        for (String type : new String[] {"JKS", "JCEKS", "PKCS12"}) {
            String end = "." + type.toLowerCase(Locale.ENGLISH);
            boolean pkcs12 = type.equals("PKCS12");

            KeyStore twoKeys = make(type);
            twoKeys.setKeyEntry("Same", rsaKey, "storepass".toCharArray(), new Certificate[] {rsa});
            twoKeys.setKeyEntry("Other", leafKey, "otherpass".toCharArray(), chain);
            twoKeys.setCertificateEntry("Trusted", root);
            save(twoKeys, dir.resolve("api-keypass" + end), "storepass");

            KeyStore empty = make(type);
            empty.setKeyEntry("key", ecKey, new char[0], new Certificate[] {ec});
            empty.setCertificateEntry("root", root);
            save(empty, dir.resolve("api-empty" + end), "");

            if (pkcs12) {
                // Java's spelling of no password at all, as opposed to an empty one.
                for (String name : new String[] {"null", "nullold"}) {
                    if (name.equals("nullold")) {
                        System.setProperty("keystore.pkcs12.legacy", "");
                    }
                    KeyStore none = make(type);
                    none.setKeyEntry("key", ecKey, new char[1], new Certificate[] {ec});
                    save(none, dir.resolve("api-" + name + end), "\0");
                }
                System.clearProperty("keystore.pkcs12.legacy");
            }

            KeyStore foreign = make(type);
            String password = pkcs12 ? "storepass" : "schl\u00fcssel\u20ac\ud83d\udd11";
            String keyPassword = type.equals("JKS") ? password : "storepass";
            foreign.setKeyEntry("Schl\u00dcssel \u0130\u03a3", edKey, keyPassword.toCharArray(), new Certificate[] {ed});
            foreign.setCertificateEntry("\u4fe1\u4efb", root);
            save(foreign, dir.resolve("api-foreign" + end), password);

            if (!type.equals("JKS")) {
                KeyStore secret = make(type);
                secret.setKeyEntry("before", new SecretKeySpec(new byte[16], "AES"), "storepass".toCharArray(), null);
                secret.setKeyEntry("key", leafKey, "storepass".toCharArray(), chain);
                secret.setKeyEntry("between", new SecretKeySpec(new byte[24], "DESede"), "storepass".toCharArray(), null);
                secret.setCertificateEntry("trusted", root);
                save(secret, dir.resolve("api-secret" + end), "storepass");
            }
            if (!pkcs12) {
                KeyStore disorder = make(type);
                disorder.setKeyEntry("key", leafKey, "storepass".toCharArray(), new Certificate[] {root, rsa, middle, leaf});
                save(disorder, dir.resolve("api-disorder" + end), "storepass");
                KeyStore gap = make(type);
                gap.setKeyEntry("key", leafKey, "storepass".toCharArray(), new Certificate[] {leaf, root});
                save(gap, dir.resolve("api-gap" + end), "storepass");
            }
            KeyStore mismatch = make(type);
            mismatch.setKeyEntry("rsa", rsaKey, "storepass".toCharArray(), new Certificate[] {certificate(dir, "rsa4096")});
            mismatch.setKeyEntry("ec", leafKey, "storepass".toCharArray(), new Certificate[] {ec});
            mismatch.setKeyEntry("ed", edKey, "storepass".toCharArray(), new Certificate[] {certificate(dir, "other25519")});
            mismatch.setKeyEntry("kinds", ecKey, "storepass".toCharArray(), new Certificate[] {rsa});
            save(mismatch, dir.resolve("api-mismatch" + end), "storepass");
        }
    }

    static KeyStore make(String type) throws Exception {
        KeyStore store = KeyStore.getInstance(type);
        store.load(null, null);
        return store;
    }

    static void save(KeyStore store, Path path, String password) throws Exception {
        try (OutputStream out = Files.newOutputStream(path)) {
            store.store(out, password.toCharArray());
        }
    }

    static Certificate certificate(Path dir, String name) throws Exception {
        try (InputStream in = Files.newInputStream(dir.resolve(name + ".crt"))) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    static PrivateKey key(Path dir, String name, String algorithm) throws Exception {
        byte[] der = Files.readAllBytes(dir.resolve(name + ".der"));
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    /** Lines of path, store password and key password, each password after an "=", or "-" for none. */
    static void list(BufferedReader in, PrintStream out) throws Exception {
        for (String line; (line = in.readLine()) != null; ) {
            String[] fields = line.split("\t", -1);
            char[] password = password(fields[1]), keyPassword = password(fields[2]);
            out.println("store\t" + line);
            byte[] bytes = Files.readAllBytes(Path.of(fields[0]));
            // The type JKS reads PKCS12 as well, but hides why it does not.
            KeyStore store = KeyStore.getInstance(bytes[0] == (byte) 0xce ? "JCEKS" : bytes[0] == 0x30 ? "PKCS12" : "JKS");
            try {
                store.load(new ByteArrayInputStream(bytes), password);
            } catch (Exception error) {
                boolean wrong = error.getCause() instanceof UnrecoverableKeyException;
                out.println((wrong ? "password" : "corrupt") + "\t" + error);
                continue;
            }
            for (String alias : Collections.list(store.aliases())) {
                StringBuilder text = new StringBuilder("entry\t" + hex(alias.getBytes(StandardCharsets.UTF_8)));
                Certificate[] chain = store.getCertificateChain(alias);
                if (store.isCertificateEntry(alias)) {
                    chain = new Certificate[] {store.getCertificate(alias)};
                    text.append("\ttrusted");
                } else if (store.entryInstanceOf(alias, KeyStore.SecretKeyEntry.class)) {
                    text.append("\tsecret");
                } else {
                    text.append("\t" + key(store, alias, keyPassword != null ? keyPassword : password, chain));
                }
                for (Certificate certificate : chain == null ? new Certificate[0] : chain) {
                    byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
                    text.append("\t" + hex(digest));
                }
                out.println(text);
            }
        }
    }

    /** Whether the key opens, and what its signature says about its certificate; with the hash of its encoding. */
    static String key(KeyStore store, String alias, char[] password, Certificate[] chain) throws Exception {
        if (password == null) {
            return "key none";
        }
        PrivateKey key;
        try {
            key = (PrivateKey) store.getKey(alias, password);
        } catch (UnrecoverableKeyException error) {
            return "key sealed";
        }
        if (chain == null) {
            return "key alone";
        }
        String algorithm = key.getAlgorithm().equals("EdDSA") ? "Ed25519" : "SHA256with" + key.getAlgorithm().replace("EC", "ECDSA");
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(password.length > 0 ? (byte) 1 : 2);
        byte[] signed = signature.sign();
        signature = Signature.getInstance(algorithm);
        try {
            signature.initVerify(chain[0].getPublicKey());
            signature.update(password.length > 0 ? (byte) 1 : 2);
            return signature.verify(signed) ? "key its" : "key other";
        } catch (InvalidKeyException | SignatureException error) {
            return "key other";
        }
    }

    static char[] password(String field) {
        return field.equals("-") ? null : field.substring(1).toCharArray();
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /** Each line in lower case. */
    static void lower(BufferedReader in, PrintStream out) throws Exception {
        StringBuilder text = new StringBuilder();
        for (String line; (line = in.readLine()) != null; ) {
            text.append(line.toLowerCase(Locale.ENGLISH)).append('\n');
        }
        out.print(text);
        out.flush();
    }
}
