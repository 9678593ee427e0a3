package app.stockroom.ledger;

/**
 * A place in a tenant's ledger. The epoch changes when a backup is restored, so that a
 * position from a lost future is recognised.
 *
 * @param epoch the ledger's epoch, eight hexadecimal digits
 * @param sequence the last sequence seen; 0 is the beginning
 */
public record Position(String epoch, long sequence) {

	@Override
	public String toString() {
		return this.epoch + "-" + this.sequence;
	}

}
