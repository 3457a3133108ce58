import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What java.util.regex makes of patterns. A line of the file is a pattern, a replacement and texts, separated by blanks, in
 * hexadecimal. The answer is `!` for no pattern; else for each text whether all of it matches (`1` or `0`), and the text with the
 * first match replaced and with all, or `!` where the replacement is none. Java compiles `[\wa&&]`, and fails when it matches: that
 * is no pattern either.
 */
class Patterns {
    public static void main(String[] arguments) throws Exception {
        StringBuilder answers = new StringBuilder();
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            String[] fields = line.split(" ", -1);
            int start = answers.length();
            try {
                Pattern pattern = Pattern.compile(text(fields[0]));
                for (int i = 2; i < fields.length; i++) {
                    Matcher matcher = pattern.matcher(text(fields[i]));
                    answers.append(matcher.matches() ? "1 " : "0 ");
                    try {
                        answers.append(hex(matcher.replaceFirst(text(fields[1])))).append(' ');
                        answers.append(hex(matcher.replaceAll(text(fields[1])))).append(' ');
                    } catch (IllegalArgumentException | IndexOutOfBoundsException malformed) {
                        answers.append("! ! ");
                    }
                }
            } catch (PatternSyntaxException | NullPointerException malformed) {
                answers.setLength(start);
                answers.append('!');
            }
            answers.append('\n');
        }
        System.out.print(answers);
    }

    private static String text(String hexadecimal) {
        return new String(HexFormat.of().parseHex(hexadecimal), StandardCharsets.UTF_8);
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }
}
