// The SASL clients of the JDK, in the frames of Apache Thrift's SASL transport. One JVM makes all calls of a test.
//
//   java FramedClient.java
//
// reads commands, one a line, with tabs between the words, and answers each with one line:
//   call PORT MECHANISM USER PASSWORD AUTHZID
//       result ok ECHO            it is in, and what came back of a frame with "hello"
//       result BAD|ERROR TEXT     what the server said instead
//       result failed WHY         what went wrong here
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.InputStreamReader;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import static java.nio.charset.StandardCharsets.UTF_8;

public class FramedClient {
    static final int START = 1, OK = 2, BAD = 3, ERROR = 4, COMPLETE = 5;

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (String line; (line = in.readLine()) != null; ) {
            String[] word = line.split("\t", -1);
            String result;
            try {
                result = call(Integer.parseInt(word[1]), word[2], word[3], word[4], word[5]);
            } catch (IOException error) {
                result = "failed " + error;
            }
            out.println("result " + result);
        }
    }

    static String call(int port, String mechanism, String user, String password, String authzid) throws IOException {
        SaslClient client = Sasl.createSaslClient(new String[] {mechanism}, authzid.isEmpty() ? null : authzid, "echo",
                "localhost", Map.of(), callbacks -> {
            for (Callback callback : callbacks) {
                if (callback instanceof NameCallback) {
                    ((NameCallback) callback).setName(user);
                } else if (callback instanceof PasswordCallback) {
                    ((PasswordCallback) callback).setPassword(password.toCharArray());
                }
            }
        });
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(20_000);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            byte[] first = client.hasInitialResponse() ? client.evaluateChallenge(new byte[0]) : new byte[0];
            send(out, START, mechanism.getBytes(UTF_8));
            send(out, client.isComplete() ? COMPLETE : OK, first);
            for (;;) {
                int status = in.readUnsignedByte();
                byte[] payload = in.readNBytes(in.readInt());
                if (status == BAD || status == ERROR) {
                    return (status == BAD ? "BAD " : "ERROR ") + new String(payload, UTF_8);
                }
                byte[] reply = client.isComplete() ? null : client.evaluateChallenge(payload);
                if (status == COMPLETE) {
                    break;
                }
                send(out, client.isComplete() ? COMPLETE : OK, reply == null ? new byte[0] : reply);
            }
            if (!client.isComplete()) {
                return "failed it is complete too early";
            }
            byte[] hello = "hello".getBytes(UTF_8);
            out.writeInt(hello.length);
            out.write(hello);
            return "ok " + new String(in.readNBytes(in.readInt()), UTF_8);
        }
    }

    static void send(DataOutputStream out, int status, byte[] payload) throws IOException {
        out.writeByte(status);
        out.writeInt(payload.length);
        out.write(payload);
        out.flush();
    }
}
