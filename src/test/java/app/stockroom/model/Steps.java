package app.stockroom.model;

import java.util.List;

import app.stockroom.model.Step.Part;
import app.stockroom.model.Step.Type;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/**
 * Random sequences of steps. Few products, warehouses and pieces, so that steps meet each
 * other and every refusal has its chance.
 */
final class Steps {

	private static final int SHORTEST = 1;

	private static final int LONGEST = 30;

	private Steps() {
	}

	static Arbitrary<List<Step>> sequences() {
		return step().list().ofMinSize(SHORTEST).ofMaxSize(LONGEST).withSizeDistribution(RandomDistribution.uniform());
	}

	private static Arbitrary<Step> step() {
		return Arbitraries.frequencyOf(Tuple.of(20, move()), Tuple.of(8, batch()), Tuple.of(8, reverse()),
				Tuple.of(8, put()), Tuple.of(4, open()), Tuple.of(14, reserve()), Tuple.of(9, commit()),
				Tuple.of(4, release()), Tuple.of(2, extend()), Tuple.of(2, expire()), Tuple.of(11, ship()),
				Tuple.of(10, receive()), Tuple.of(8, count()), Tuple.of(8, catalog()), Tuple.of(3, acknowledge()),
				Tuple.of(14, repeat()));
	}

	private static Arbitrary<Step.Move> move() {
		Arbitrary<Type> types = Arbitraries.of(Type.IN, Type.IN, Type.IN, Type.OUT, Type.OUT, Type.ADJUSTMENT);
		return Combinators.combine(types, product(), warehouse(), pieces(12), flag(), flag(), flag())
			.as((type, product, warehouse, quantity, negative, bySku, keyed) -> new Step.Move(type, product, warehouse,
					(type == Type.ADJUSTMENT && negative) ? -quantity : quantity, bySku, keyed));
	}

	private static Arbitrary<Step> batch() {
		return Combinators.combine(move().list().ofMinSize(1).ofMaxSize(4), flag(), rarely(), flag())
			.as(Step.Batch::new);
	}

	private static Arbitrary<Step> reverse() {
		return Combinators.combine(small(5), flag()).as(Step.Reverse::new);
	}

	private static Arbitrary<Step> put() {
		return Combinators
			.combine(product(), warehouse(), quantity().injectNull(0.4), upTo(8).injectNull(0.6),
					upTo(30).injectNull(0.6), rarely())
			.as(Step.Put::new);
	}

	private static Arbitrary<Step> open() {
		return Combinators.combine(product(), warehouse(), upTo(25), upTo(30).injectNull(0.7), flag())
			.as(Step.Open::new);
	}

	private static Arbitrary<Part> part() {
		// Mostly of what there is
		Arbitrary<Integer> product = Arbitraries.frequency(Tuple.of(14, 0), Tuple.of(4, 1), Tuple.of(1, 2));
		Arbitrary<Integer> warehouse = Arbitraries.frequency(Tuple.of(16, 0), Tuple.of(4, 1), Tuple.of(1, 2));
		return Combinators.combine(product, warehouse, pieces(5), flag()).as(Part::new);
	}

	private static Arbitrary<Step> reserve() {
		return Combinators.combine(part().list().ofMinSize(1).ofMaxSize(2), flag()).as(Step.Reserve::new);
	}

	private static Arbitrary<Step> commit() {
		return Combinators.combine(small(5), small(2), upTo(3), flag()).as(Step.Commit::new);
	}

	private static Arbitrary<Step> release() {
		return Combinators.combine(small(5), flag()).as(Step.Release::new);
	}

	private static Arbitrary<Step> extend() {
		return Combinators.combine(small(5), flag()).as(Step.Extend::new);
	}

	private static Arbitrary<Step> expire() {
		return small(5).map(Step.Expire::new);
	}

	private static Arbitrary<Step> ship() {
		Arbitrary<Integer> elsewhere = Arbitraries.frequency(Tuple.of(16, 1), Tuple.of(1, 0), Tuple.of(1, 2));
		return Combinators.combine(warehouse(), elsewhere, part().list().ofMinSize(1).ofMaxSize(2), flag(), flag())
			.as((from, to, lines, inTransit, keyed) -> new Step.Ship(from, (from + to) % 2, lines, inTransit, keyed));
	}

	private static Arbitrary<Step> receive() {
		return Combinators.combine(small(5), small(2), upTo(4), rarely(), flag()).as(Step.Receive::new);
	}

	private static Arbitrary<Step> count() {
		Arbitrary<Step.Counted> counted = Combinators.combine(product(), upTo(14), small(6)).as(Step.Counted::new);
		return Combinators
			.combine(warehouse(), counted.list().uniqueElements(Step.Counted::product).ofMinSize(1).ofMaxSize(2),
					flag())
			.as(Step.Count::new);
	}

	private static Arbitrary<Step> catalog() {
		Arbitrary<Integer> second = Arbitraries.frequency(Tuple.of(1, 0), Tuple.of(6, 1), Tuple.of(1, 2));
		return Arbitraries.oneOf(second.map(Step.DeleteProduct::new), second.map(Step.RestoreProduct::new),
				second.map(Step.DeleteWarehouse::new), second.map(Step.RestoreWarehouse::new),
				Combinators.combine(warehouse(), flag()).as(Step.Activate::new),
				warehouse().map((warehouse) -> new Step.Activate(warehouse, true)));
	}

	private static Arbitrary<Step> acknowledge() {
		return small(5).map(Step.Acknowledge::new);
	}

	private static Arbitrary<Step> repeat() {
		return Combinators.combine(small(3), rarely()).as(Step.Repeat::new);
	}

	private static Arbitrary<Integer> product() {
		return Arbitraries.frequency(Tuple.of(9, 0), Tuple.of(9, 1), Tuple.of(1, 2));
	}

	private static Arbitrary<Integer> warehouse() {
		return Arbitraries.frequency(Tuple.of(11, 0), Tuple.of(8, 1), Tuple.of(1, 2));
	}

	private static Arbitrary<Long> pieces(int most) {
		return Arbitraries.longs().between(1, most);
	}

	private static Arbitrary<Integer> small(int most) {
		return Arbitraries.integers().between(0, most);
	}

	private static Arbitrary<Long> upTo(long most) {
		return Arbitraries.longs().between(0, most);
	}

	/** Now and then nothing, because only what is empty can be deleted. */
	private static Arbitrary<Long> quantity() {
		return Arbitraries.frequencyOf(Tuple.of(1, Arbitraries.just(0L)), Tuple.of(2, upTo(25)));
	}

	private static Arbitrary<Boolean> flag() {
		return Arbitraries.of(false, true);
	}

	private static Arbitrary<Boolean> rarely() {
		return Arbitraries.frequency(Tuple.of(3, false), Tuple.of(1, true));
	}

}
