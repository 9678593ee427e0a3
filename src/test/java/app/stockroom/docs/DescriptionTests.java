package app.stockroom.docs;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import app.stockroom.Description;
import app.stockroom.Description.Operation;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The core of what the public linter of redocly.yaml checks, where every build runs it,
 * and that each example is what it is an example of.
 */
class DescriptionTests {

	private final Description description = Description.get();

	private final JsonNode document = this.description.document();

	@Test
	void everyOperationIsNamedSummedUpAndDescribed() {
		Set<String> names = new HashSet<>();
		Set<String> tags = this.document.get("tags")
			.valueStream()
			.map((tag) -> tag.get("name").asString())
			.collect(Collectors.toSet());
		for (Operation operation : this.description.operations()) {
			JsonNode node = operation.node();
			assertThat(node.path("operationId").asString()).as("%s", operation).matches("[a-z][A-Za-z]+");
			assertThat(names.add(node.get("operationId").asString())).as("%s has a name of its own", operation)
				.isTrue();
			assertThat(node.path("summary").asString()).as("%s", operation).isNotEmpty().doesNotEndWith(".");
			assertThat(node.path("description").asString()).as("%s", operation).isNotEmpty();
			assertThat(node.path("tags").valueStream().map(JsonNode::asString)).as("%s", operation)
				.hasSize(1)
				.isSubsetOf(tags);
		}
	}

	@Test
	void everyParameterIsDescribedAndLimited() {
		for (Operation operation : this.description.operations()) {
			for (JsonNode parameter : operation.parameters()) {
				assertThat(parameter.path("description").asString()).as("%s %s", operation, parameter).isNotEmpty();
				assertThat(parameter.path("schema").isObject()).as("%s %s", operation, parameter).isTrue();
			}
		}
	}

	@Test
	void everyBodyAndEveryAnswerHasAnExample() {
		List<String> without = new ArrayList<>();
		contents().forEach((place, content) -> content.propertyStream()
			.filter((type) -> examples(type.getValue()).isEmpty())
			.forEach((type) -> without.add(place + " " + type.getKey())));
		assertThat(without).isEmpty();
	}

	@Test
	void everyExampleIsWhatItsSchemaSays() {
		List<String> faults = new ArrayList<>();
		contents().forEach((place, content) -> content.propertyStream()
			.forEach((type) -> examples(type.getValue())
				.forEach((example) -> this.description.faults(type.getValue().get("schema"), example)
					.forEach((fault) -> faults.add(place + " " + type.getKey() + fault)))));
		this.document.at("/components/schemas")
			.propertyStream()
			.forEach((schema) -> schema.getValue()
				.path("examples")
				.forEach((example) -> this.description.faults(schema.getValue(), example)
					.forEach((fault) -> faults.add(schema.getKey() + fault))));
		assertThat(faults).isEmpty();
	}

	@Test
	void everyProblemIsExplainedAndShown() {
		for (Operation operation : this.description.operations()) {
			for (int status : operation.statuses()) {
				JsonNode response = operation.response(status);
				for (String code : operation.problems(status)) {
					JsonNode named = response.at("/content/application~1problem+json/examples/" + code);
					JsonNode example = this.description.resolve(named).path("value");
					assertThat(response.get("description").asString()).as("%s %d", operation, status)
						.contains("`" + code + "`");
					assertThat(example.path("type").asString()).isEqualTo("urn:stockroom:" + code);
					assertThat(example.path("status").asInt()).as("%s %s", operation, code).isEqualTo(status);
				}
			}
		}
	}

	@Test
	void nothingIsKeptThatNothingRefersTo() {
		Set<String> used = new TreeSet<>(this.document.findValuesAsString("$ref"));
		Stream<String> kept = this.document.get("components")
			.propertyStream()
			.filter((kind) -> !kind.getKey().equals("securitySchemes"))
			.flatMap((kind) -> kind.getValue()
				.propertyStream()
				.map((part) -> "#/components/" + kind.getKey() + "/" + part.getKey()));
		assertThat(kept).isSubsetOf(used);
	}

	@Test
	void noSchemaIsNameless() {
		List<String> nameless = new ArrayList<>();
		this.document.at("/components/schemas").propertyStream().forEach((schema) -> {
			schema.getValue().path("properties").propertyStream().forEach((property) -> {
				JsonNode items = property.getValue().path("items");
				if (property.getValue().has("properties") || items.has("properties") || items.has("enum")
						|| property.getValue().has("enum")) {
					nameless.add(schema.getKey() + "." + property.getKey());
				}
			});
		});
		assertThat(nameless).as("clients cannot name these").isEmpty();
	}

	/** Every body and every answer of every operation, by where it is. */
	private Map<String, JsonNode> contents() {
		return this.description.operations()
			.stream()
			.flatMap((operation) -> Stream
				.concat(Stream.of(Map.entry(operation + " body", operation.bodies())), operation.statuses()
					.stream()
					.map((status) -> Map.entry(operation + " " + status, operation.response(status).path("content")))))
			.collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
	}

	private List<JsonNode> examples(JsonNode type) {
		return type.has("example") ? List.of(type.get("example"))
				: type.path("examples")
					.valueStream()
					.map((example) -> this.description.resolve(example).get("value"))
					.toList();
	}

}
