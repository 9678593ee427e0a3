/** Light, dark, or as the system has it. */
const KEY = 'stockroom.theme';

export const theme = {
  get chosen() {
    return localStorage.getItem(KEY) ?? 'system';
  },

  get dark() {
    return this.chosen === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : this.chosen === 'dark';
  },

  choose(name) {
    if (name === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, name);
    this.apply();
  },

  apply() {
    document.documentElement.dataset.theme = this.chosen;
    dispatchEvent(new Event('themechange'));
  },
};
