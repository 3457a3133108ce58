// What JSSE thinks of chains of certificates, without a connection: tests/tls/chains.rs. One JVM for all of them.
//
//   java Verify.java NAME|server or client|TRUST.pem|CHAIN.pem ...      prints "NAME ok" or "NAME refused ..."
import java.io.FileInputStream;
import java.io.InputStream;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

public class Verify {
    public static void main(String[] args) throws Exception {
        for (String arg : args) {
            String[] part = arg.split("\\|");
            String verdict = "ok";
            try {
                verify(part[1], part[2], part[3]);
            } catch (Exception e) {
                verdict = "refused " + e.toString().replace('\n', ' ');
            }
            System.out.println(part[0] + " " + verdict);
        }
    }

    static Collection<? extends Certificate> read(String path) throws Exception {
        try (InputStream in = new FileInputStream(path)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in);
        }
    }

    static void verify(String side, String trustFile, String chainFile) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (Certificate certificate : read(trustFile)) {
            store.setCertificateEntry(String.valueOf(store.size()), certificate);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        X509TrustManager manager = (X509TrustManager) factory.getTrustManagers()[0];
        X509Certificate[] chain = read(chainFile).toArray(new X509Certificate[0]);
        if (side.equals("server")) {
            manager.checkServerTrusted(chain, "ECDHE_ECDSA");
        } else {
            manager.checkClientTrusted(chain, "EC");
        }
    }
}
