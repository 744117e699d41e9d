/** asSentence returns text with a capital first letter and a full stop. */
export function asSentence(text: string): string {
  const trimmed = text.replace(/[.\s]+$/u, "");
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[!?…]$/u.test(capital) ? capital : `${capital}.`;
}
