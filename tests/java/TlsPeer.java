// The Java side of tests/tls.rs: JSSE connects to us, and we connect to JSSE. One JVM does all cases of a test.
//
//   java TlsPeer.java client NAME|PROTOCOL|PORT|TRUSTSTORE|PASSWORD|KEYSTORE|PASSWORD ...   prints "NAME ok" or "NAME refused ..."
//   java TlsPeer.java server PROTOCOL|KEYSTORE|PASSWORD|TRUSTSTORE|PASSWORD ...             prints one port a line, until stdin ends
//
// An empty KEYSTORE (client) means no certificate, an empty TRUSTSTORE (server) that none is asked for.
import java.io.FileInputStream;
import java.io.IOException;
import java.security.KeyStore;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

public class TlsPeer {
    public static void main(String[] args) throws Exception {
        for (int i = 1; i < args.length; i++) {
            String[] part = args[i].split("\\|", -1);
            if (args[0].equals("client")) {
                client(part[0], part[1], Integer.parseInt(part[2]), context(part[5], part[6], part[3], part[4]));
            } else {
                server(part[0], context(part[1], part[2], part[3], part[4]), !part[3].isEmpty());
            }
        }
        if (args[0].equals("server")) {
            System.in.readAllBytes();
            System.exit(0);
        }
    }

    static SSLContext context(String keys, String keyPassword, String trust, String trustPassword) throws Exception {
        KeyManager[] keyManagers = null;
        if (!keys.isEmpty()) {
            KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
            factory.init(load(keys, keyPassword), keyPassword.toCharArray());
            keyManagers = factory.getKeyManagers();
        }
        TrustManager[] trustManagers = null;
        if (!trust.isEmpty()) {
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(load(trust, trustPassword));
            trustManagers = factory.getTrustManagers();
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers, trustManagers, null);
        return context;
    }

    static KeyStore load(String path, String password) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        try (FileInputStream in = new FileInputStream(path)) {
            store.load(in, password.toCharArray());
        }
        return store;
    }

    static void client(String name, String protocol, int port, SSLContext context) throws Exception {
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port)) {
            socket.setSoTimeout(20_000);
            socket.setEnabledProtocols(new String[] {protocol});
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.getOutputStream().write("ping\r\n\r\n".getBytes());
            boolean answered = socket.getInputStream().read() == 'H';
            boolean expected = socket.getSession().getProtocol().equals(protocol);
            System.out.println(name + (answered && expected ? " ok" : " refused without an alert"));
        } catch (IOException e) {
            System.out.println(name + " refused " + e);
        }
    }

    static void server(String protocol, SSLContext context, boolean clientAuth) throws Exception {
        SSLServerSocket listener = (SSLServerSocket) context.getServerSocketFactory()
            .createServerSocket(0, 16, java.net.InetAddress.getLoopbackAddress());
        listener.setEnabledProtocols(new String[] {protocol});
        listener.setNeedClientAuth(clientAuth);
        System.out.println(listener.getLocalPort());
        Thread thread = new Thread(() -> {
            while (true) {
                try (SSLSocket socket = (SSLSocket) listener.accept()) {
                    socket.setSoTimeout(20_000);
                    socket.getInputStream().read();
                    socket.getOutputStream().write("Hi".getBytes());
                } catch (IOException e) {
                    // A refused client: the other side reports it.
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
