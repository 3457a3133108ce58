import java.io.FileInputStream;
import java.io.InputStream;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import sun.security.util.TlsChannelBinding;

/** What the JDK's LDAP client binds a login to, for each certificate; "none" where it says that there is nothing. */
public class EndPoint {
    public static void main(String[] files) throws Exception {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        for (String file : files) {
            try (InputStream input = new FileInputStream(file)) {
                X509Certificate certificate = (X509Certificate) factory.generateCertificate(input);
                System.out.println(HexFormat.of().formatHex(TlsChannelBinding.create(certificate).getData()));
            } catch (Exception problem) {
                System.out.println("none");
            }
        }
    }
}
