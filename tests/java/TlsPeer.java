// The Java side of tests/tls/peers: JSSE calls us, or we call JSSE. One JVM does all cases of a test, one after the other.
//
// Each line of standard input is a command, `call` or `serve`, and settings `name=value`, all separated by tabs:
//
//   port         where to call
//   host         the name that is called: sent as SNI, and checked if `check` is there
//   connections  how many, one after the other, with one SSLContext: the later ones may resume the first
//   version      the one protocol version
//   keys, trust  PATH:PASSWORD of a key store, or PATH: of a PEM file
//   auth         none, want or need: whether a server asks for a certificate
//   suite        cipher suites, separated by commas
//   alpn         protocols, separated by commas
//   crl          a file of revoked certificates
//
// `serve` answers with its port. Then one line a connection: what came of it, or why nothing did.
import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CertSelector;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

public class TlsPeer {
    static final int TIMEOUT = 20_000;
    static final Map<String, KeyStore> STORES = new HashMap<>();

    public static void main(String[] args) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] words = line.split("\t");
            Map<String, String> settings = new HashMap<>();
            for (int i = 1; i < words.length; i++) {
                int equals = words[i].indexOf('=');
                settings.put(words[i].substring(0, equals), words[i].substring(equals + 1));
            }
            int connections = Integer.parseInt(settings.get("connections"));
            SSLContext context = context(settings);
            if (words[0].equals("call")) {
                for (int i = 0; i < connections; i++) {
                    call(settings, context);
                }
            } else {
                serve(settings, context, connections);
            }
        }
    }

    static void call(Map<String, String> settings, SSLContext context) throws Exception {
        String host = settings.get("host");
        int port = Integer.parseInt(settings.get("port"));
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true)) {
            SSLParameters parameters = parameters(settings, socket.getSSLParameters());
            if (settings.containsKey("check")) {
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
            }
            socket.setSSLParameters(parameters);
            talk(socket);
        }
    }

    static void serve(Map<String, String> settings, SSLContext context, int connections) throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (SSLServerSocket listener =
                (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 16, loopback)) {
            SSLParameters parameters = parameters(settings, listener.getSSLParameters());
            switch (settings.get("auth")) {
                case "need" -> parameters.setNeedClientAuth(true);
                case "want" -> parameters.setWantClientAuth(true);
                default -> { }
            }
            listener.setSSLParameters(parameters);
            listener.setSoTimeout(TIMEOUT);
            print("port " + listener.getLocalPort());
            for (int i = 0; i < connections; i++) {
                try (SSLSocket socket = (SSLSocket) listener.accept()) {
                    talk(socket);
                }
            }
        }
    }

    /** Says hello, hears hello, and prints what this side knows about the connection. */
    static void talk(SSLSocket socket) throws InterruptedException {
        // Creation times have milliseconds: a session of an earlier connection must be seen to be older.
        Thread.sleep(2);
        long start = System.currentTimeMillis();
        String result;
        try {
            socket.setSoTimeout(TIMEOUT);
            socket.startHandshake();
            socket.getOutputStream().write("hello\n".getBytes());
            String heard = new String(socket.getInputStream().readAllBytes());
            SSLSession session = socket.getSession();
            String protocol = socket.getApplicationProtocol();
            result = "ok\t" + session.getProtocol() + "\t" + session.getCipherSuite() + "\t"
                + (protocol == null ? "" : protocol) + "\t" + (session.getCreationTime() < start) + "\t"
                + peer(session) + "\t" + heard.trim();
        } catch (IOException | GeneralSecurityException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            result = "refused\t" + cause.getClass().getSimpleName() + "\t" + cause.getMessage();
        }
        try {
            socket.close();
        } catch (IOException e) {
            // It was refused, and has said so.
        }
        print("result\t" + result);
    }

    static String peer(SSLSession session) throws GeneralSecurityException {
        try {
            return Base64.getEncoder().encodeToString(session.getPeerCertificates()[0].getEncoded());
        } catch (SSLPeerUnverifiedException e) {
            return "";
        }
    }

    static void print(String line) {
        System.out.println(line.replace('\n', ' '));
        System.out.flush();
    }

    static SSLParameters parameters(Map<String, String> settings, SSLParameters parameters) {
        parameters.setProtocols(new String[] {settings.get("version")});
        if (settings.containsKey("suite")) {
            parameters.setCipherSuites(settings.get("suite").split(","));
        }
        if (settings.containsKey("alpn")) {
            parameters.setApplicationProtocols(settings.get("alpn").split(","));
        }
        return parameters;
    }

    static SSLContext context(Map<String, String> settings) throws Exception {
        KeyManager[] keyManagers = null;
        if (settings.containsKey("keys")) {
            KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
            factory.init(load(settings.get("keys")), password(settings.get("keys")));
            keyManagers = factory.getKeyManagers();
        }
        TrustManager[] trustManagers = null;
        if (settings.containsKey("trust")) {
            KeyStore trust = load(settings.get("trust"));
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            if (settings.containsKey("crl")) {
                PKIXBuilderParameters parameters = new PKIXBuilderParameters(trust, new X509CertSelector());
                parameters.setRevocationEnabled(true);
                try (InputStream in = new FileInputStream(settings.get("crl"))) {
                    parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(
                        CertificateFactory.getInstance("X.509").generateCRLs(in))));
                }
                factory.init(new CertPathTrustManagerParameters(parameters));
            } else {
                factory.init(trust);
            }
            trustManagers = factory.getTrustManagers();
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers, trustManagers, null);
        return context;
    }

    static String path(String file) {
        return file.substring(0, file.lastIndexOf(':'));
    }

    static char[] password(String file) {
        return file.substring(file.lastIndexOf(':') + 1).toCharArray();
    }

    static KeyStore load(String file) throws Exception {
        KeyStore store = STORES.get(file);
        if (store != null) {
            return store;
        }
        if (path(file).endsWith(".pem")) {
            store = KeyStore.getInstance(KeyStore.getDefaultType());
            pem(store, Files.readString(Path.of(path(file))));
        } else {
            store = KeyStore.getInstance(new File(path(file)), password(file));
        }
        STORES.put(file, store);
        return store;
    }

    /** One key with its chain, or trusted certificates. */
    static void pem(KeyStore store, String text) throws Exception {
        store.load(null, null);
        List<Certificate> certificates = new ArrayList<>();
        PrivateKey key = null;
        Matcher blocks = Pattern.compile("-----BEGIN ([A-Z ]+)-----([^-]+)-----END").matcher(text);
        while (blocks.find()) {
            byte[] der = Base64.getMimeDecoder().decode(blocks.group(2));
            if (blocks.group(1).equals("CERTIFICATE")) {
                certificates.add(CertificateFactory.getInstance("X.509")
                    .generateCertificate(new java.io.ByteArrayInputStream(der)));
            } else {
                key = key(der);
            }
        }
        if (key != null) {
            store.setKeyEntry("key", key, new char[0], certificates.toArray(new Certificate[0]));
        } else {
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("trusted" + store.size(), certificate);
            }
        }
    }

    static PrivateKey key(byte[] pkcs8) throws GeneralSecurityException {
        for (String algorithm : new String[] {"EC", "EdDSA", "RSA"}) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                // One of the others.
            }
        }
        throw new InvalidKeySpecException("no key algorithm fits");
    }
}
