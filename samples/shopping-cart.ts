// Select the body of a function (the lines that hold only a comment) and run "LLaDA: Fill Masked Region".

export interface CartItem {
  name: string;
  price: number;
  quantity: number;
}

export class ShoppingCart {
  private readonly items: CartItem[] = [];

  add(item: CartItem): void {
    const existing = this.items.find((other) => other.name === item.name);
    if (existing) {
      existing.quantity += item.quantity;
    } else {
      this.items.push({ ...item });
    }
  }

  remove(name: string): boolean {
    // find the item, take it out of the list, and say whether it was there
  }

  get count(): number {
    return this.items.reduce((sum, item) => sum + item.quantity, 0);
  }

  get total(): number {
    // the price of everything in the cart
  }

  isEmpty(): boolean {
    return this.items.length === 0;
  }
}

export function formatPrice(amount: number, currency = 'EUR'): string {
  // for example 12.5 becomes "12.50 EUR"
}
