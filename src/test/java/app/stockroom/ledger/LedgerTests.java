package app.stockroom.ledger;

import org.junit.jupiter.api.Test;

import app.stockroom.StockroomTest;
import org.springframework.beans.factory.annotation.Autowired;

@StockroomTest
class LedgerTests {

	@Autowired
	Ledger ledger;

	@Test
	void starts() {
	}

}
