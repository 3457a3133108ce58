import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Properties;
import java.util.TreeMap;

/** What java.util.Properties makes of texts: a file with one in each line, in hexadecimal; the same for its answers. */
class ReadProperties {
    public static void main(String[] arguments) throws Exception {
        StringBuilder answers = new StringBuilder();
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            Properties properties = new Properties();
            try {
                properties.load(new ByteArrayInputStream(HexFormat.of().parseHex(line)));
                TreeMap<String, String> sorted = new TreeMap<>();
                properties.forEach((key, value) -> sorted.put(units(key), units(value)));
                sorted.forEach((key, value) -> answers.append(key).append('=').append(value).append(' '));
            } catch (IllegalArgumentException malformed) {
                answers.append('!');
            }
            answers.append('\n');
        }
        System.out.print(answers);
    }

    private static String units(Object text) {
        StringBuilder hexadecimal = new StringBuilder();
        text.toString().chars().forEach(unit -> hexadecimal.append(String.format("%04x", unit)));
        return hexadecimal.toString();
    }
}
