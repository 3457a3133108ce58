import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;

/**
 * The JDK's SASL client for GSSAPI, told line by line what to do: words that are separated by blanks, bytes in Base64,
 * "-" for nothing. The ticket is in the cache that the environment names.
 */
public class GssapiClient {
    private static SaslClient client;

    public static void main(String[] arguments) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        say("ready");
        for (String line; (line = input.readLine()) != null && !line.equals("quit");) {
            String[] words = line.split(" ");
            try {
                say(answer(words));
            } catch (Exception problem) {
                say("failed " + problem + ", because of " + problem.getCause());
            }
        }
        say("bye");
    }

    private static String answer(String[] words) throws Exception {
        switch (words[0]) {
            // begin service host qop mutual buffer authzid
            case "begin": {
                Map<String, String> properties = new HashMap<>();
                properties.put(Sasl.QOP, words[3]);
                properties.put(Sasl.SERVER_AUTH, words[4]);
                properties.put(Sasl.MAX_BUFFER, words[5]);
                String authzid = words[6].equals("-") ? null : words[6];
                String[] mechanisms = {"GSSAPI"};
                client = Sasl.createSaslClient(mechanisms, authzid, words[1], words[2], properties, null);
                return "token " + encode(client.evaluateChallenge(new byte[0]));
            }
            case "challenge": {
                byte[] response = client.evaluateChallenge(decode(words[1]));
                return (client.isComplete() ? "last " : "token ") + encode(response);
            }
            case "agreed":
                return "agreed " + client.getNegotiatedProperty(Sasl.QOP)
                    + " " + client.getNegotiatedProperty(Sasl.RAW_SEND_SIZE)
                    + " " + client.getNegotiatedProperty(Sasl.MAX_BUFFER);
            // What it unwraps, it wraps again.
            case "echo": {
                byte[] message = decode(words[1]);
                byte[] plain = client.unwrap(message, 0, message.length);
                return "echo " + encode(client.wrap(plain, 0, plain.length));
            }
            default:
                throw new IllegalArgumentException(words[0]);
        }
    }

    private static String encode(byte[] bytes) {
        return bytes == null || bytes.length == 0 ? "-" : Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] decode(String text) {
        return text.equals("-") ? new byte[0] : Base64.getDecoder().decode(text);
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
