// The JDK's SASL server for GSSAPI. One JVM answers all questions of a test.
//
//   java -Djava.security.krb5.conf=FILE GssapiServer.java
//
// reads commands, one a line, and answers each with one line; bytes are in base64, "-" stands for none:
//   keytab FILE PRINCIPAL           who the servers from now on are: "ok"
//   serve SERVICE HOST QOP MAXBUF   a new server, for the qualities of javax.security.sasl.qop: "ok"
//   step BYTES                      "continue BYTES"; "done CLIENT USER QOP RAWSENDSIZE BYTES"; or "failed" and why
//   wrap BYTES, unwrap BYTES        "ok BYTES", or "failed" and why
// A client may act as its own short name, and as a user whose name begins with "may".
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.security.PrivilegedExceptionAction;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginContext;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslServer;

public class GssapiServer {
    static Subject subject;
    static SaslServer server;
    static String client;

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = in.readLine()) != null; ) {
            String[] word = line.split(" ");
            String answer;
            try {
                answer = answer(word);
            } catch (Exception e) {
                StringBuilder why = new StringBuilder("failed");
                for (Throwable t = e; t != null; t = t.getCause()) {
                    why.append(" ").append(String.valueOf(t.getMessage()).replace('\n', ' '));
                }
                answer = why.toString();
            }
            System.out.println(answer);
        }
    }

    static String answer(String[] word) throws Exception {
        switch (word[0]) {
            case "keytab":
                subject = login(word[1], word[2]);
                return "ok";
            case "serve":
                Map<String, String> properties = new HashMap<>();
                properties.put(Sasl.QOP, word[3]);
                properties.put(Sasl.MAX_BUFFER, word[4]);
                client = null;
                server = as(() -> Sasl.createSaslServer("GSSAPI", word[1], word[2], properties, GssapiServer::handle));
                return "ok";
            case "step":
                byte[] reply = as(() -> server.evaluateResponse(bytes(word[1])));
                if (!server.isComplete()) {
                    return "continue " + text(reply);
                }
                return "done " + client + " " + server.getAuthorizationID() + " "
                        + server.getNegotiatedProperty(Sasl.QOP) + " "
                        + server.getNegotiatedProperty(Sasl.RAW_SEND_SIZE) + " " + text(reply);
            case "wrap":
                byte[] plain = bytes(word[1]);
                return "ok " + text(server.wrap(plain, 0, plain.length));
            default:
                byte[] wrapped = bytes(word[1]);
                return "ok " + text(server.unwrap(wrapped, 0, wrapped.length));
        }
    }

    static void handle(Callback[] callbacks) {
        for (Callback callback : callbacks) {
            if (callback instanceof AuthorizeCallback) {
                AuthorizeCallback ask = (AuthorizeCallback) callback;
                client = ask.getAuthenticationID();
                String user = ask.getAuthorizationID();
                ask.setAuthorized(user.equals(client) || user.startsWith("may"));
            }
        }
    }

    static <T> T as(PrivilegedExceptionAction<T> action) throws Exception {
        return Subject.doAs(subject, action);
    }

    static byte[] bytes(String text) {
        return text.equals("-") ? new byte[0] : Base64.getDecoder().decode(text);
    }

    static String text(byte[] bytes) {
        return bytes == null || bytes.length == 0 ? "-" : Base64.getEncoder().encodeToString(bytes);
    }

    static Subject login(String keytab, String principal) throws Exception {
        Map<String, String> options = new HashMap<>();
        options.put("useKeyTab", "true");
        options.put("keyTab", keytab);
        options.put("principal", principal);
        options.put("storeKey", "true");
        options.put("isInitiator", "false");
        Configuration configuration = new Configuration() {
            public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
                return new AppConfigurationEntry[] {
                    new AppConfigurationEntry("com.sun.security.auth.module.Krb5LoginModule",
                            AppConfigurationEntry.LoginModuleControlFlag.REQUIRED, options)
                };
            }
        };
        LoginContext context = new LoginContext("peer", null, null, configuration);
        context.login();
        return context.getSubject();
    }
}
