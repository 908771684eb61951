export type Language = 'python' | 'java' | 'csharp' | 'go';

export function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/([A-Z])([A-Z][a-z])/g, '$1_$2').toLowerCase();
}

/** As Java's builders have it: `enforceSSL` becomes `enforceSsl`. */
export function camelCase(name: string): string {
  return snakeCase(name).replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
}

export function pascalCase(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
