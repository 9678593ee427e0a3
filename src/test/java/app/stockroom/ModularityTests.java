package app.stockroom;

import org.junit.jupiter.api.Test;

import org.springframework.modulith.core.ApplicationModules;

class ModularityTests {

	@Test
	void modulesKeepToThemselvesAndHaveNoCycles() {
		ApplicationModules.of(StockroomApplication.class).verify();
	}

}
