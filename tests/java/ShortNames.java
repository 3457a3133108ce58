import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * An independent reading of the rules of auth_to_local, from the description of their grammar, with java.util.regex. The file has
 * four fields in each line, separated by blanks: rules, mechanism, default realm, principal, the texts in hexadecimal. Two fields
 * answer each: what became of it, and the name or the message.
 *
 * Mistakes in formats and replacements are found here when a rule is read, also if no principal ever gets there.
 */
class ShortNames {
    private static final Pattern RULE = Pattern.compile(
            "\\s*(?:(?<default>DEFAULT)|RULE:\\[(?<count>\\d*):(?<format>[^\\]]*)\\](?:\\((?<filter>[^)]*)\\))?"
            + "(?:s/(?<from>[^/]*)/(?<to>[^/]*)/(?<global>g)?)?)/?(?<lower>L)?");
    private static final Pattern NAME =
            Pattern.compile("(?<service>[^/@]+)(?:/(?<host>[^/@]+))?(?:@(?<realm>[^/@]+))?");
    private static final Pattern LINES = Pattern.compile("[\n\r\u0085\u2028\u2029]");

    private static class Failure extends Exception {
        final String kind;

        Failure(String kind, String message) {
            super(message);
            this.kind = kind;
        }
    }

    private record Rule(String text, boolean isDefault, int count, String format, Pattern filter, Pattern from,
            String to, boolean global, boolean lower) {
    }

    public static void main(String[] arguments) throws Exception {
        StringBuilder answers = new StringBuilder();
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            String[] fields = line.split(" ", -1);
            String kind = "name";
            String text;
            try {
                text = shortName(parse(text(fields[0])), fields[1].equals("hadoop"), text(fields[2]), text(fields[3]));
            } catch (Failure failure) {
                kind = failure.kind;
                text = failure.getMessage();
            } catch (NullPointerException broken) {
                // Java compiles `[\wa&&]`, and fails when it matches.
                kind = "pattern";
                text = "";
            }
            answers.append(kind).append(' ');
            answers.append(HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8))).append('\n');
        }
        System.out.print(answers);
    }

    private static String text(String hexadecimal) {
        return new String(HexFormat.of().parseHex(hexadecimal), StandardCharsets.UTF_8);
    }

    private static List<Rule> parse(String text) throws Failure {
        List<Rule> rules = new ArrayList<>();
        String rest = text.trim();
        while (!rest.isEmpty()) {
            Matcher rule = RULE.matcher(rest);
            if (!rule.lookingAt()) {
                throw new Failure("syntax", "Invalid rule: " + rest);
            }
            rules.add(read(rule));
            rest = rest.substring(rule.end());
        }
        return rules;
    }

    private static Rule read(Matcher rule) throws Failure {
        if (rule.group("default") != null) {
            return new Rule("DEFAULT", true, 0, null, null, null, null, false, false);
        }
        int count;
        try {
            count = Integer.parseInt(rule.group("count"));
        } catch (NumberFormatException malformed) {
            throw new Failure("number", malformed.getMessage());
        }
        String format = rule.group("format");
        String filter = rule.group("filter");
        String from = rule.group("from");
        String to = rule.group("to");
        boolean global = rule.group("global") != null;
        boolean lower = rule.group("lower") != null;
        Pattern filterPattern;
        Pattern fromPattern;
        try {
            filterPattern = filter == null ? null : Pattern.compile(filter);
            fromPattern = from == null ? null : Pattern.compile(from);
        } catch (PatternSyntaxException malformed) {
            throw new Failure("pattern", "");
        }
        if (count == 1 || count == 2) {
            if (LINES.matcher(format).find()) {
                throw new Failure("format", "a line terminator in a format");
            }
            String[] samples = {"r", "s", "h"};
            fill(format, java.util.Arrays.copyOf(samples, count + 1));
            if (from != null) {
                try {
                    // The first branch matches, whatever the second says, and has the groups of the second.
                    Pattern.compile("|" + from).matcher("").replaceFirst(to);
                } catch (IllegalArgumentException | IndexOutOfBoundsException malformed) {
                    throw new Failure("replacement", malformed.getMessage());
                }
            }
        }
        String text = "RULE:[" + count + ":" + format + "]" + (filter == null ? "" : "(" + filter + ")")
                + (from == null ? "" : "s/" + from + "/" + to + "/" + (global ? "g" : "")) + (lower ? "/L" : "");
        return new Rule(text, false, count, format, filterPattern, fromPattern, to, global, lower);
    }

    private static String fill(String format, String[] values) throws Failure {
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < format.length()) {
            char c = format.charAt(at++);
            if (c != '$') {
                text.append(c);
                continue;
            }
            int start = at;
            while (at < format.length() && "0123456789".indexOf(format.charAt(at)) >= 0) {
                at++;
            }
            String digits = format.substring(start, at);
            int index;
            try {
                index = Integer.parseInt(digits);
            } catch (NumberFormatException malformed) {
                throw new Failure("format", "bad format in username mapping in " + digits);
            }
            if (index >= values.length) {
                throw new Failure("format", "index " + index + " from " + format
                        + " is outside of the valid range 0 to " + (values.length - 1));
            }
            text.append(values[index]);
        }
        return text.toString();
    }

    private static String shortName(List<Rule> rules, boolean hadoop, String defaultRealm, String principal)
            throws Failure {
        if (LINES.matcher(principal).find()) {
            throw new Failure("lines", "");
        }
        Matcher name = NAME.matcher(principal);
        if (!name.matches()) {
            if (principal.indexOf('@') >= 0) {
                throw new Failure("malformed", "Malformed Kerberos name: " + principal);
            }
            return principal;
        }
        String service = name.group("service");
        String host = name.group("host");
        String realm = name.group("realm");
        if (host == null && realm == null) {
            return principal;
        }
        String[] values = host == null ? new String[] {realm, service} : new String[] {realm, service, host};
        for (Rule rule : rules) {
            if (rule.isDefault()) {
                if (defaultRealm.equals(realm)) {
                    return service;
                }
                continue;
            }
            if (rule.count() != values.length - 1) {
                continue;
            }
            String text = fill(rule.format(), values);
            if (rule.filter() != null && !rule.filter().matcher(text).matches()) {
                continue;
            }
            if (rule.from() != null) {
                Matcher from = rule.from().matcher(text);
                text = rule.global() ? from.replaceAll(rule.to()) : from.replaceFirst(rule.to());
            }
            if (hadoop && (text.indexOf('/') >= 0 || text.indexOf('@') >= 0)) {
                throw new Failure("nonsimple", "Non-simple name " + text + " after auth_to_local rule " + rule.text());
            }
            return rule.lower() ? text.toLowerCase(Locale.ENGLISH) : text;
        }
        if (hadoop) {
            throw new Failure("norule", "No rules applied to " + principal);
        }
        return principal;
    }
}
