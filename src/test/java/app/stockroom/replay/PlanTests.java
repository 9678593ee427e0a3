package app.stockroom.replay;

import java.util.List;
import java.util.UUID;

import app.stockroom.sales.ProductSales;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PlanTests {

	private static final Plan PLAN = plan(77_167, 74_494);

	@Test
	void opensWithEnoughForEverySaleBeforeAnyReturn() {
		assertThat(PLAN.opening()).isEqualTo(77_167);
	}

	@Test
	void hasRoomForEveryReturnBeforeAnySale() {
		assertThat(PLAN.maxStock()).isEqualTo(77_167 + 74_494);
	}

	@Test
	void endsWithWhatCameBack() {
		assertThat(PLAN.closing()).isEqualTo(74_494);
	}

	@Test
	void keepsTheMinimumBelowTheMaximumAlsoWhereNothingMoves() {
		Plan nothing = plan(0, 0);
		assertThat(nothing.minStock()).isLessThanOrEqualTo(nothing.maxStock());
		assertThat(nothing.maxStock()).isPositive();
	}

	@Test
	void tellsWhatDeviates() {
		assertThat(PLAN.deviation(record(74_494))).isNull();
		assertThat(PLAN.deviation(record(74_493))).isEqualTo("23166: quantity 74493, the model says 74494");
		assertThat(PLAN.deviation(null)).isEqualTo("23166 has no record");
	}

	@Test
	void numbersProductsFromOneInTheOrderOfTheFile() {
		assertThat(Plan.of(List.of(PLAN.product(), PLAN.product()))).extracting(Plan::number).containsExactly(1, 2);
	}

	private static Plan plan(long sold, long returned) {
		return new Plan(1, new ProductSales("23166", "CERAMIC TOP STORAGE JAR", null, sold, returned));
	}

	private static Stock.StockRecord record(long quantity) {
		return new Stock.StockRecord(UUID.randomUUID(), new Stock.Named("23166"), quantity, 0, 1);
	}

}
