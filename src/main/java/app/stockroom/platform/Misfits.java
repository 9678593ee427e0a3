package app.stockroom.platform;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import app.stockroom.platform.Refusal.FieldError;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;

/**
 * Finds every bad field of a document that did not fit its record: Jackson stops at the
 * first. Runs for refused documents only, so that good ones pay nothing.
 */
final class Misfits {

	private final StrictJson json;

	private final Constraints constraints;

	private final Refusal refusal = StrictJson.invalid();

	Misfits(StrictJson json, Constraints constraints) {
		this.json = json;
		this.constraints = constraints;
	}

	/**
	 * The refusal of a document that is JSON but no such record.
	 */
	Refusal of(byte[] document, Class<?> type) {
		JsonNode tree;
		try {
			tree = this.json.tree(document);
		}
		catch (JacksonException malformed) {
			return StrictJson.malformed(malformed);
		}
		inspect(tree, type, "");
		if (this.refusal.errors().isEmpty()) {
			add("body", "malformed", "does not have the expected form");
		}
		return this.refusal;
	}

	private void inspect(JsonNode node, Class<?> type, String path) {
		if (!node.isObject() || !type.isRecord()) {
			add(path.isEmpty() ? "body" : path, "malformed", type.isRecord() ? "must be an object" : "is not valid");
			return;
		}
		String prefix = path.isEmpty() ? "" : path + ".";
		List<RecordComponent> components = Arrays.asList(type.getRecordComponents());
		for (String name : node.propertyNames()) {
			if (components.stream().noneMatch((component) -> component.getName().equals(name))) {
				add(prefix + name, "unknown-field", "there is no such field here");
			}
		}
		for (RecordComponent component : components) {
			inspect(node.get(component.getName()), type, component, prefix);
		}
	}

	private void inspect(@Nullable JsonNode node, Class<?> owner, RecordComponent component, String prefix) {
		String path = prefix + component.getName();
		JavaType type = this.json.type(component.getGenericType());
		if (node == null || node.isNull()) {
			if (type.isPrimitive()) {
				add(path, "required", "must not be null");
			}
			check(owner, component, null, prefix);
		}
		else if (isRecords(type) && node.isArray()) {
			check(owner, component, node.values().stream().toList(), prefix);
			int index = 0;
			for (JsonNode element : node.values()) {
				inspect(element, type.getContentType().getRawClass(), path + "[" + index++ + "]");
			}
		}
		else if (type.isTypeOrSubTypeOf(Record.class)) {
			inspect(node, type.getRawClass(), path);
		}
		else {
			convert(node, type, path).ifPresent((value) -> check(owner, component, value, prefix));
		}
	}

	private Optional<Object> convert(JsonNode node, JavaType type, String path) {
		try {
			return Optional.ofNullable(this.json.convert(node, type));
		}
		catch (JacksonException misfit) {
			boolean tooBig = node.isIntegralNumber() && isInteger(type);
			add(path, tooBig ? "out-of-range" : "malformed", detail(type, misfit));
			return Optional.empty();
		}
	}

	private void check(Class<?> owner, RecordComponent component, @Nullable Object value, String prefix) {
		this.constraints.checkProperty(owner, component.getName(), value, prefix).forEach(this.refusal::with);
	}

	private void add(String field, String code, String detail) {
		this.refusal.with(new FieldError(field, code, detail));
	}

	private static String detail(JavaType type, JacksonException misfit) {
		if (isInteger(type)) {
			return "must be a whole number within range";
		}
		if (type.isTypeOrSubTypeOf(Number.class)) {
			return "must be a number";
		}
		if (type.hasRawClass(Boolean.class) || type.hasRawClass(boolean.class)) {
			return "must be true or false";
		}
		if (type.isEnumType()) {
			return Arrays.stream(type.getRawClass().getEnumConstants())
				.map(Object::toString)
				.collect(Collectors.joining(", ", "must be one of ", ""));
		}
		return type.isCollectionLikeType() ? "must be an array" : misfit.getOriginalMessage();
	}

	private static boolean isRecords(JavaType type) {
		return type.isCollectionLikeType() && type.getContentType().isTypeOrSubTypeOf(Record.class);
	}

	private static boolean isInteger(JavaType type) {
		return type.hasRawClass(Long.class) || type.hasRawClass(long.class) || type.hasRawClass(Integer.class)
				|| type.hasRawClass(int.class);
	}

}
