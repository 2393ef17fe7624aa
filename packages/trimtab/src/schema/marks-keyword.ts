/** The key under which a JSON Schema carries the marks of its value. */
export const marksKeyword = 'x-trimtab'
