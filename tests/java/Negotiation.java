// What JSSE makes of protocols, cipher suites and application protocols. One JVM answers all questions of a test.
//
//   java Negotiation.java KEYSTORE PASSWORD TRUSTSTORE PASSWORD
//
// reads commands, one a line, and answers each with one line:
//   suites                                   the names of all cipher suites it supports
//   serve PROTOCOLS SUITES ALPN              a port on which every connection is answered
//   call CONTEXT PORT PROTOCOLS SUITES ALPN  PROTOCOL SUITE ALPN, or "failed" and why
// Lists have commas, "-" leaves the default. Calls with the same word for CONTEXT share their sessions.
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.security.KeyStore;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

public class Negotiation {
    static KeyManagerFactory keys;
    static TrustManagerFactory trust;

    public static void main(String[] args) throws Exception {
        keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(load(args[0], args[1]), args[1].toCharArray());
        trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(load(args[2], args[3]));
        Map<String, SSLContext> contexts = new HashMap<>();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = in.readLine()) != null; ) {
            String[] word = line.split(" ");
            if (word[0].equals("suites")) {
                System.out.println(String.join(",", context().getSupportedSSLParameters().getCipherSuites()));
            } else if (word[0].equals("serve")) {
                System.out.println(serve(context(), word));
            } else {
                if (!contexts.containsKey(word[1])) {
                    contexts.put(word[1], context());
                }
                System.out.println(call(contexts.get(word[1]), Integer.parseInt(word[2]), word));
            }
        }
        System.exit(0);
    }

    static SSLContext context() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    static KeyStore load(String path, String password) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        try (FileInputStream in = new FileInputStream(path)) {
            store.load(in, password.toCharArray());
        }
        return store;
    }

    static SSLParameters parameters(SSLParameters parameters, String[] word, int at) {
        if (!word[at].equals("-")) {
            parameters.setProtocols(word[at].split(","));
        }
        if (!word[at + 1].equals("-")) {
            parameters.setCipherSuites(word[at + 1].split(","));
        }
        if (!word[at + 2].equals("-")) {
            parameters.setApplicationProtocols(word[at + 2].split(","));
        }
        return parameters;
    }

    static int serve(SSLContext context, String[] word) throws IOException {
        SSLServerSocket listener = (SSLServerSocket) context.getServerSocketFactory()
            .createServerSocket(0, 16, InetAddress.getLoopbackAddress());
        listener.setSSLParameters(parameters(listener.getSSLParameters(), word, 1));
        Thread thread = new Thread(() -> {
            while (true) {
                try (SSLSocket socket = (SSLSocket) listener.accept()) {
                    socket.setTcpNoDelay(true);
                    socket.setSoTimeout(20_000);
                    socket.getInputStream().read();
                    socket.getOutputStream().write("Hi".getBytes());
                } catch (IOException e) {
                    // The other side reports it.
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
        return listener.getLocalPort();
    }

    static String call(SSLContext context, int port, String[] word) {
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(20_000);
            socket.setSSLParameters(parameters(socket.getSSLParameters(), word, 3));
            socket.getOutputStream().write("ping".getBytes());
            // Also waits for the tickets of TLS 1.3.
            if (socket.getInputStream().read() != 'H') {
                return "failed: no answer";
            }
            String alpn = socket.getApplicationProtocol();
            String suite = socket.getSession().getCipherSuite();
            return socket.getSession().getProtocol() + " " + suite + " " + (alpn.isEmpty() ? "-" : alpn);
        } catch (IOException e) {
            return "failed: " + e.getMessage();
        }
    }
}
