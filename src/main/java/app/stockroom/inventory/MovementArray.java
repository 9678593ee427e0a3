package app.stockroom.inventory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;

import app.stockroom.inventory.Batch.Item;
import app.stockroom.ledger.Command;
import app.stockroom.platform.Bodies;
import app.stockroom.platform.Limits;
import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/**
 * Movements as one JSON array. Its elements are cut out and read each for itself, so that
 * a bad one does not hide what the others say.
 */
final class MovementArray {

	private static final JsonMapper JSON = new JsonMapper();

	private final List<Element> elements;

	private MovementArray(List<Element> elements) {
		this.elements = elements;
	}

	static MovementArray parse(byte[] body, Bodies bodies) {
		List<Element> elements = new ArrayList<>();
		for (byte[] text : cut(body)) {
			try {
				elements.add(new Element(text, bodies.parse(text, MovementRequest.class), null));
			}
			catch (Refusal refusal) {
				elements.add(new Element(text, null, refusal));
			}
		}
		return new MovementArray(elements);
	}

	/**
	 * The elements as items of a batch.
	 * @param compiler makes the command of a valid element, which it is given with its
	 * place among the valid ones
	 */
	List<Item> items(BiFunction<MovementRequest, Integer, Command> compiler) {
		List<Item> items = new ArrayList<>();
		int valid = 0;
		for (Element element : this.elements) {
			items.add(item(items.size(), element, compiler, valid));
			valid += (element.movement() != null) ? 1 : 0;
		}
		return items;
	}

	private static Item item(int index, Element element, BiFunction<MovementRequest, Integer, Command> compiler,
			int valid) {
		try {
			return new Item.Good(index, null, compiler.apply(element.valid(), valid));
		}
		catch (Refusal refusal) {
			return new Item.Bad(index, null, refusal);
		}
	}

	/**
	 * What a fingerprint of the whole array stands on.
	 */
	List<Object> canonical() {
		return this.elements.stream().map(Element::canonical).toList();
	}

	/**
	 * All elements as the lines of one command, or a refusal with the bad fields of all.
	 */
	List<Command.Line> lines() {
		List<Command.Line> lines = new ArrayList<>();
		Refusal bad = Problem.INVALID_REQUEST.because("Not every element of the batch is valid.");
		for (int i = 0; i < this.elements.size(); i++) {
			try {
				lines.add(this.elements.get(i).valid().alone().line());
			}
			catch (Refusal refusal) {
				String prefix = "[" + i + "].";
				refusal.errors()
					.forEach((error) -> bad
						.with(new Refusal.FieldError(prefix + error.field(), error.code(), error.detail())));
			}
		}
		if (!bad.errors().isEmpty()) {
			throw bad;
		}
		return lines;
	}

	private static List<byte[]> cut(byte[] body) {
		List<byte[]> texts = new ArrayList<>();
		try (JsonParser parser = JSON.createParser(body)) {
			if (parser.nextToken() != JsonToken.START_ARRAY) {
				throw malformed("must be an array");
			}
			while (parser.nextToken() != JsonToken.END_ARRAY) {
				int start = (int) parser.currentTokenLocation().getByteOffset();
				parser.skipChildren();
				parser.finishToken();
				texts.add(Arrays.copyOfRange(body, start, (int) parser.currentLocation().getByteOffset()));
				if (texts.size() > Limits.BATCH_ELEMENTS) {
					throw invalid("too-long", "has at most " + Limits.BATCH_ELEMENTS + " elements");
				}
			}
			if (parser.nextToken() != null) {
				throw malformed("has something after the array");
			}
		}
		catch (JacksonException ex) {
			throw malformed(ex.getOriginalMessage());
		}
		return texts;
	}

	private static Refusal malformed(String detail) {
		return invalid("malformed", detail);
	}

	private static Refusal invalid(String code, String detail) {
		return Problem.INVALID_REQUEST.because("The body is not valid.")
			.with(new Refusal.FieldError("body", code, detail));
	}

	/**
	 * One element: its text and the movement that it asks for, or why it asks for none.
	 */
	record Element(byte[] text, @Nullable MovementRequest movement, @Nullable Refusal refusal) {

		MovementRequest valid() {
			if (this.refusal != null) {
				throw this.refusal;
			}
			return Objects.requireNonNull(this.movement);
		}

		Object canonical() {
			return (this.movement != null) ? this.movement : JSON.readTree(this.text);
		}

	}

}
