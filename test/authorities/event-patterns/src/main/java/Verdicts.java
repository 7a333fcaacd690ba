import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import software.amazon.event.ruler.JsonRuleCompiler;
import software.amazon.event.ruler.Machine;

/**
 * What AWS's engine says. In, by standard input: [{ "patterns": [text], "events": [text] }]. Out: for each of these a
 * list with, for each pattern, the reason why it is refused, or a string with 1 for each event that matches and 0 for
 * each that does not, after an equals sign.
 */
public class Verdicts {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] arguments) throws Exception {
    ArrayNode answer = JSON.createArrayNode();
    for (JsonNode section : JSON.readTree(System.in)) {
      ArrayNode verdicts = answer.addArray();
      for (JsonNode pattern : section.get("patterns")) {
        verdicts.add(verdict(pattern.asText(), section.get("events")));
      }
    }
    System.out.println(JSON.writeValueAsString(answer));
  }

  private static String verdict(String pattern, JsonNode events) throws Exception {
    String refused = JsonRuleCompiler.check(pattern);
    if (refused != null) {
      // After the first line comes the place in the text.
      return refused.split("\n")[0];
    }
    StringBuilder matched = new StringBuilder("=");
    Machine machine = new Machine();
    machine.addRule("rule", pattern);
    for (JsonNode event : events) {
      matched.append(machine.rulesForJSONEvent(event.asText()).isEmpty() ? '0' : '1');
    }
    return matched.toString();
  }
}
