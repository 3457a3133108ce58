import java.io.FileInputStream;
import java.net.URI;
import java.security.KeyStore;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/** Fetches a URL with a trust store, as a Java client configured with one would: URL, trust store, its password. */
public class HttpsGet {
    public static void main(String[] args) throws Exception {
        KeyStore trust = KeyStore.getInstance("JKS");
        try (FileInputStream in = new FileInputStream(args[1])) {
            trust.load(in, args[2].toCharArray());
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(trust);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        HttpsURLConnection connection = (HttpsURLConnection) URI.create(args[0]).toURL().openConnection();
        connection.setSSLSocketFactory(context.getSocketFactory());
        try {
            System.out.println(connection.getResponseCode());
        } catch (SSLException refused) {
            System.out.println("refused: " + refused.getClass().getSimpleName());
        }
    }
}
